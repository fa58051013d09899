import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** Closer (px) to the end than this counts as reading the newest. */
const END_ZONE = 60;

interface Place {
  atEnd: boolean;
  anchor?: { element: Element; top: number };
}

interface KeptScroll {
  container: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** Whether the newest line is in view. */
  atEnd: boolean;
  onScroll: () => void;
  jumpToEnd: () => void;
}

/**
 * Keeps what is being read where it is: at the end new lines push the old up, elsewhere nothing
 * moves, whether lines are added above or below or the window changes its size. Lines are marked
 * with `data-line`.
 */
export function useKeptScroll(): KeptScroll {
  const container = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const place = useRef<Place>({ atEnd: true });
  const [atEnd, setAtEnd] = useState(true);

  const remember = useCallback(() => {
    const box = container.current;
    if (!box) return;
    const end = box.scrollHeight - box.scrollTop - box.clientHeight < END_ZONE;
    place.current = end ? { atEnd: true } : { atEnd: false, ...anchorIn(box) };
    setAtEnd(end);
  }, []);

  const restore = useCallback(() => {
    const box = container.current;
    if (!box) return;
    const { atEnd, anchor } = place.current;
    if (atEnd) box.scrollTop = box.scrollHeight;
    else if (anchor?.element.isConnected) box.scrollTop += topWithin(box, anchor.element) - anchor.top;
  }, []);

  // After every render: any of them may have added or changed lines.
  useLayoutEffect(restore);

  useEffect(() => {
    const observer = new ResizeObserver(restore);
    if (container.current) observer.observe(container.current);
    if (content.current) observer.observe(content.current);
    return () => observer.disconnect();
  }, [restore]);

  const jumpToEnd = useCallback(() => {
    place.current = { atEnd: true };
    setAtEnd(true);
    restore();
  }, [restore]);

  return { container, content, atEnd, onScroll: remember, jumpToEnd };
}

/** The first line in view and how far below the container's top it is. */
function anchorIn(box: HTMLElement): Pick<Place, 'anchor'> {
  const lines = box.querySelectorAll('[data-line]');
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const line = lines[middle];
    if (line && topWithin(box, line) + line.clientHeight <= 0) low = middle + 1;
    else high = middle;
  }
  const element = lines[low];
  return element ? { anchor: { element, top: topWithin(box, element) } } : {};
}

function topWithin(box: HTMLElement, element: Element): number {
  return element.getBoundingClientRect().top - box.getBoundingClientRect().top;
}
