/** The server's limit for a message, in bytes of UTF-8. */
export const MAX_BODY_BYTES = 16 * 1024;

const encoder = new TextEncoder();

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** What is sent of what was typed: no blank ends, and none of the invisible control characters that the server refuses. */
export function cleanBody(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const visible = text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
  return visible.replace(/^\s*\n/, '').trimEnd();
}
