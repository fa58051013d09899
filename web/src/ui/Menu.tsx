import { useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';

interface MenuProps {
  /** Renders the button that opens the menu; spread the props on it. */
  renderButton: (props: {
    id: string;
    'aria-haspopup': 'menu';
    'aria-expanded': boolean;
    onClick: () => void;
  }) => ReactNode;
  label: string;
  children: ReactNode;
  className?: string;
}

/** A button with a menu: arrow keys move, Escape closes and gives the focus back. */
export function Menu({ renderButton, label, children, className = 'end-0 top-full mt-1' }: MenuProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (open) itemsOf(list.current)[0]?.focus();
  }, [open]);
  usePressOutside(root, open, () => setOpen(false));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Tab') return setOpen(false);
    if (event.key === 'Escape') {
      event.stopPropagation();
      setOpen(false);
      document.getElementById(id)?.focus();
      return;
    }
    const next = nextIndex(event.key, itemsOf(list.current));
    if (next === undefined) return;
    event.preventDefault();
    itemsOf(list.current)[next]?.focus();
  };

  return (
    <div ref={root} className="relative">
      {renderButton({ id, 'aria-haspopup': 'menu', 'aria-expanded': open, onClick: () => setOpen(!open) })}
      {open && (
        <div
          ref={list}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            if ((event.target as Element).closest('[role^=menuitem]')) setOpen(false);
          }}
          className={`absolute z-30 w-60 rounded-xl border border-line bg-raised p-1.5 shadow-xl ${className}`}
        >
          {children}
        </div>
      )}
    </div>
  );
}

function usePressOutside(inside: RefObject<Element | null>, active: boolean, onPress: () => void): void {
  const press = useEffectEvent(onPress);
  useEffect(() => {
    if (!active) return;
    const listen = (event: PointerEvent) => {
      if (!inside.current?.contains(event.target as Node)) press();
    };
    document.addEventListener('pointerdown', listen);
    return () => document.removeEventListener('pointerdown', listen);
  }, [inside, active]);
}

function itemsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
}

function nextIndex(key: string, items: HTMLElement[]): number | undefined {
  const current = items.findIndex((item) => item === document.activeElement);
  if (key === 'ArrowDown') return (current + 1) % items.length;
  if (key === 'ArrowUp') return (current - 1 + items.length) % items.length;
  if (key === 'Home') return 0;
  if (key === 'End') return items.length - 1;
  return undefined;
}

interface MenuItemProps {
  onSelect: () => void;
  icon?: ReactNode;
  children: ReactNode;
  danger?: boolean;
}

export function MenuItem({ onSelect, icon, children, danger = false }: MenuItemProps) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      onClick={onSelect}
      className={`flex min-h-10 w-full items-center gap-3 rounded-lg px-2.5 text-start text-sm hover:bg-hover ${danger ? 'text-danger' : ''}`}
    >
      {icon}
      {children}
    </button>
  );
}
