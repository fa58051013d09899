import { useEffect, useId, useLayoutEffect, useRef } from 'react';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { SendIcon } from '../ui/icons';
import { byteLength, cleanBody, MAX_BODY_BYTES } from './body';

interface ComposerProps {
  /** Who or what is written to, as a name. */
  to: string;
  /** What the field is called, when it is not a new message. */
  label?: string;
  /** What is being answered or edited. */
  above?: ReactNode;
  /** What to know before one writes. */
  hint?: string;
  /** Why the last attempt came to nothing. */
  problem?: string | undefined;
  /** Whenever it grows it has the focus, also where a touch keyboard comes up for it. */
  asked: number;
  text: string;
  onText: (text: string) => void;
  onSend: (body: string) => void;
  /** Escape. */
  onCancel?: (() => void) | undefined;
  /** Arrow up, while nothing is written. */
  onUp?: () => void;
}

/** Bytes left at which the writer is told about the limit. */
const WARN_BELOW = 1024;

/** Where a message is written: Enter sends, Shift+Enter starts a new line. */
export function Composer({
  to,
  label = `Message ${to}`,
  above,
  hint = '',
  problem,
  asked,
  text,
  onText,
  onSend,
  onCancel,
  onUp,
}: ComposerProps) {
  const input = useTextArea(asked);
  const note = useId();
  const body = cleanBody(text);
  const left = MAX_BODY_BYTES - byteLength(body);
  const sendable = body !== '' && left >= 0;

  const send = () => {
    if (!sendable) return;
    onSend(body);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && onCancel) return onCancel();
    if (event.key === 'ArrowUp' && text === '' && onUp) {
      event.preventDefault();
      return onUp();
    }
    if (!meansSend(event)) return;
    event.preventDefault();
    send();
  };

  return (
    <div className="mx-auto w-full max-w-4xl px-2 pb-2 sm:px-5 sm:pb-4">
      {above}
      <div className="flex items-end gap-1 rounded-2xl border border-line bg-raised p-1 shadow-xs transition-shadow focus-within:border-accent/70 focus-within:ring-2 focus-within:ring-accent/10">
        <textarea
          ref={input}
          rows={1}
          dir="auto"
          aria-label={label}
          aria-describedby={note}
          aria-invalid={left < 0 || undefined}
          placeholder={label}
          value={text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onKeyDown}
          className="max-h-[40dvh] min-h-10 grow resize-none bg-transparent px-3 py-2 text-base leading-6 outline-none placeholder:text-soft"
        />
        <SendButton disabled={!sendable} onClick={send} />
      </div>
      <Note id={note} problem={problem} left={left} hint={hint} />
    </div>
  );
}

/** A text area that grows with its text and has the focus where no touch keyboard comes up for it, or whenever it is `asked` for. */
function useTextArea(asked: number): RefObject<HTMLTextAreaElement | null> {
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const field = input.current;
    if (!field || !(asked || window.matchMedia('(pointer: fine)').matches)) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }, [asked]);
  useLayoutEffect(() => {
    if (!input.current) return;
    input.current.style.height = 'auto';
    input.current.style.height = `${input.current.scrollHeight}px`;
  });
  return input;
}

function SendButton({ disabled, onClick }: { disabled: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label="Send"
      title="Send (Enter)"
      disabled={disabled}
      onClick={onClick}
      className="flex size-10 shrink-0 items-center justify-center rounded-xl bg-accent text-on-accent transition-colors hover:bg-accent-strong disabled:bg-transparent disabled:text-soft/60"
    >
      <SendIcon />
    </button>
  );
}

interface NoteProps {
  id: string;
  problem: string | undefined;
  left: number;
  hint: string;
}

/** Speaks up when something is wrong or the message comes near the limit. */
function Note({ id, problem, left, hint }: NoteProps) {
  return (
    <p
      id={id}
      role="status"
      className={`px-3 text-xs ${problem || left < 0 ? 'text-danger' : 'text-soft'} not-empty:pt-1.5`}
    >
      {problem ?? (noteOn(left) || hint)}
    </p>
  );
}

function noteOn(left: number): string {
  if (left < 0) return `Too long by ${(-left).toLocaleString()} bytes. Shorten it or send it in parts.`;
  return left < WARN_BELOW ? `${left.toLocaleString()} bytes left` : '';
}

/** Enter, but not the one that ends the composition of a character, nor on a touch keyboard. */
function meansSend(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return false;
  return event.ctrlKey || event.metaKey || !window.matchMedia('(pointer: coarse)').matches;
}
