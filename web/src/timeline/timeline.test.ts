import { describe, expect, test } from 'vitest';
import { addMessages, addPage, hasGap, type Reading, type Timeline } from './timeline';

interface Item {
  id: string;
  seq: number;
}

const reading: Reading<Item> = { id: (item) => item.id, seq: (item) => item.seq };
const item = (seq: number): Item => ({ id: `msg_${seq}`, seq });
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => item(from + index));

function page(from: number, to: number): Timeline<Item> {
  return { nodes: range(from, to), pageInfo: { hasPreviousPage: from > 1, startCursor: `cursor_${from}` } };
}

const seqs = (timeline: Timeline<Item>) => timeline.nodes.map((node) => node.seq);
const upTo = (from: number, to: number) => range(from, to).map((node) => node.seq);

describe('pages', () => {
  test('the first one is the timeline', () => {
    expect(addPage(undefined, page(51, 100), false, reading)).toEqual(page(51, 100));
  });

  test('an older one goes in front and says what is before it', () => {
    const joined = addPage(page(51, 100), page(1, 50), true, reading);
    expect(seqs(joined)).toEqual(upTo(1, 100));
    expect(joined.pageInfo).toEqual({ hasPreviousPage: false, startCursor: 'cursor_1' });
  });

  test('an older one that turns out empty ends the history', () => {
    const empty = { nodes: [], pageInfo: { hasPreviousPage: false, startCursor: null } };
    expect(addPage({ ...page(1, 1), nodes: [] }, empty, true, reading).pageInfo.hasPreviousPage).toBe(false);
  });

  test('a newest one that overlaps is joined, each message once, and older ones stay', () => {
    const joined = addPage(page(1, 100), page(81, 130), false, reading);
    expect(seqs(joined)).toEqual(upTo(1, 130));
    expect(joined.pageInfo).toEqual(page(1, 100).pageInfo);
  });

  test('a newest one that follows directly is joined', () => {
    expect(seqs(addPage(page(1, 100), page(101, 150), false, reading))).toEqual(upTo(1, 150));
  });

  test('a newest one beyond a missed stretch replaces it, so that no hole is shown', () => {
    expect(addPage(page(1, 100), page(102, 151), false, reading)).toEqual(page(102, 151));
  });

  test('a newest one that reaches further back than what came live brings its beginning', () => {
    const live = { nodes: range(100, 101), pageInfo: { hasPreviousPage: false, startCursor: null } };
    const joined = addPage(live, page(51, 100), false, reading);
    expect(seqs(joined)).toEqual(upTo(51, 101));
    expect(joined.pageInfo.startCursor).toBe('cursor_51');
  });
});

describe('live messages', () => {
  test('are added once, however often they come', () => {
    let timeline = page(1, 3);
    for (const seq of [4, 4, 5, 3, 5]) timeline = addMessages(timeline, [item(seq)], reading);
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5]);
  });

  test('take the place of their number, whatever order they come in', () => {
    expect(seqs(addMessages(page(1, 3), [item(6), item(4), item(5)], reading))).toEqual(upTo(1, 6));
  });

  test('that are known already change nothing, so nothing is drawn anew', () => {
    const timeline = page(1, 3);
    expect(addMessages(timeline, [item(2)], reading)).toBe(timeline);
  });

  test('end where a fresh fetch ends, in every order of arrival', () => {
    const fresh = upTo(1, 6);
    for (const order of permutations([4, 5, 6])) {
      for (let live = 0; live <= order.length; live++) {
        let timeline = order
          .slice(0, live)
          .reduce((t, seq) => addMessages(t, [item(seq)], reading), page(1, 3));
        timeline = addPage(timeline, page(2, 6), false, reading);
        timeline = order.slice(live).reduce((t, seq) => addMessages(t, [item(seq)], reading), timeline);
        expect(seqs(timeline)).toEqual(fresh);
      }
    }
  });
});

describe('gaps', () => {
  test.each([
    ['none', page(1, 5), 5, false],
    ['the newest is missing', page(1, 5), 6, true],
    ['one between is missing', addMessages(page(1, 3), [item(5)], reading), 5, true],
    ['the known newest is behind the timeline', page(1, 5), 3, false],
    ['an empty room', { ...page(1, 1), nodes: [] }, 0, false],
    ['a first message is missing', { ...page(1, 1), nodes: [] }, 1, true],
  ])('%s', (_, timeline, latest, expected) => {
    expect(hasGap(timeline, latest, reading)).toBe(expected);
  });
});

function permutations<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((first, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}
