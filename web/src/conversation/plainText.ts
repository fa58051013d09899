const LONGEST = 160;

/** The beginning of a Markdown message as one plain line. */
export function plainText(body: string): string {
  return body
    .slice(0, LONGEST)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^[ \t]*(?:>|#{1,6}(?=\s)|[-*+](?=\s)|```\w*)[ \t]*/gm, '')
    .replace(/(\*\*|__|~~|`)(.+?)\1/g, '$2')
    .replace(/\s+/g, ' ')
    .trim();
}
