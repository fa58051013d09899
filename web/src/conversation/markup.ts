/**
 * The Markdown parser takes time that grows with the square of some characters, and stack with the
 * depth of quotes and lists. Nobody writes this much of them; somebody could to freeze the others'
 * browsers.
 */
const MOST_MARKS = 3_000;
const MARKS = /[[\]*_~`>]/g;
const DEEPLY_NESTED = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){32}/m;

/** Whether a body is too much for the Markdown parser and should be shown as it was written. */
export function overwhelms(body: string): boolean {
  if (DEEPLY_NESTED.test(body)) return true;
  return body.length > MOST_MARKS && (body.match(MARKS)?.length ?? 0) > MOST_MARKS;
}
