/**
 * The loaded stretch of a room's history: messages in ascending `seq`, each id once, without holes
 * but for the moment in which a newer message arrived before its predecessor.
 */
export interface Timeline<Item> {
  nodes: readonly Item[];
  pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
}

/** How to read an item: items are plain messages in tests and references in Apollo's cache. */
export interface Reading<Item> {
  id(item: Item): string;
  seq(item: Item): number;
}

/** Adds messages that came live or were just sent, wherever their `seq` puts them. */
export function addMessages<Item>(
  timeline: Timeline<Item>,
  added: readonly Item[],
  reading: Reading<Item>,
): Timeline<Item> {
  const fresh = withoutKnown(timeline.nodes, added, reading);
  return fresh.length ? { ...timeline, nodes: inOrder([...timeline.nodes, ...fresh], reading) } : timeline;
}

/** Joins a fetched page: `older` when it was asked for what lies before the loaded stretch, else the newest. */
export function addPage<Item>(
  timeline: Timeline<Item> | undefined,
  page: Timeline<Item>,
  older: boolean,
  reading: Reading<Item>,
): Timeline<Item> {
  const first = page.nodes[0];
  const known = timeline?.nodes.at(-1);
  if (!timeline || first === undefined || known === undefined) {
    return timeline && first === undefined && !older ? timeline : page;
  }
  // The newest page starts after a stretch that was missed: what lies before it is fetched again on demand.
  if (!older && reading.seq(first) > reading.seq(known) + 1) return page;
  const start = timeline.nodes[0];
  const reachesFurther = start === undefined || reading.seq(first) < reading.seq(start);
  const nodes = inOrder([...timeline.nodes, ...withoutKnown(timeline.nodes, page.nodes, reading)], reading);
  return { ...timeline, nodes, pageInfo: older || reachesFurther ? page.pageInfo : timeline.pageInfo };
}

/** Whether messages are missing up to `latestSeq`, the newest one known to exist. */
export function hasGap<Item>(timeline: Timeline<Item>, latestSeq: number, reading: Reading<Item>): boolean {
  const first = timeline.nodes[0];
  const last = timeline.nodes.at(-1);
  if (first === undefined || last === undefined) return latestSeq > 0;
  const expected = Math.max(latestSeq, reading.seq(last)) - reading.seq(first) + 1;
  return timeline.nodes.length < expected;
}

function withoutKnown<Item>(known: readonly Item[], added: readonly Item[], reading: Reading<Item>): Item[] {
  const ids = new Set(known.map((item) => reading.id(item)));
  return added.filter((item) => {
    const id = reading.id(item);
    return !ids.has(id) && ids.add(id);
  });
}

function inOrder<Item>(items: Item[], reading: Reading<Item>): Item[] {
  return items.toSorted((a, b) => reading.seq(a) - reading.seq(b));
}
