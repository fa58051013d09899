// @vitest-environment jsdom
import { ApolloClient, ApolloLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { NEVER } from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import type { DraftFragment, MessageFieldsFragment, RoomSummaryFragment } from '../generated/graphql';
import { WorkspaceContext } from '../workspace/context';
import { Drafts, NOTHING, type SaveDraft } from '../workspace/drafts';
import { useTalk } from './useTalk';
import { Writing } from './Writing';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const question = {
  id: 'msg_1',
  body: 'Where to plant?',
  deletedAt: null,
  author: { displayName: 'Bob' },
} as MessageFieldsFragment;
const plain = (body: string): DraftFragment => ({ body, replyTo: null });

const room = {
  id: 'room_1',
  kind: 'CHANNEL',
  name: 'general',
  slowModeSeconds: 0,
  membership: { role: 'MEMBER', mutedUntil: null, draft: plain('On the train') },
} as RoomSummaryFragment;

function Room({ threadRootId }: { threadRootId: string | undefined }) {
  const talk = useTalk(room, threadRootId);
  return (
    <>
      <button onClick={() => talk.actions.reply(question)}>Reply</button>
      <Writing room={room} {...(threadRootId && { threadRootId })} lines={[]} talk={talk} />
    </>
  );
}

function open(threadRootId?: string) {
  window.matchMedia = () => ({ matches: false }) as MediaQueryList;
  const save = vi.fn<SaveDraft>().mockResolvedValue(undefined);
  const drafts = new Drafts(save);
  const send = vi.fn<() => void>();
  const workspace = { drafts, outbox: { send } };
  const client = new ApolloClient({ cache: new InMemoryCache(), link: new ApolloLink(() => NEVER) });
  render(
    <WorkspaceContext value={{ workspace, viewer: { id: 'usr_ada' } } as never}>
      <ApolloProvider client={client}>
        <Room threadRootId={threadRootId} />
      </ApolloProvider>
    </WorkspaceContext>,
  );
  const field = screen.getByRole<HTMLTextAreaElement>('textbox');
  return { drafts, save, send, field };
}

test('what is sent from another tab is gone here too, and cannot be sent again', () => {
  const { drafts, send, field } = open();
  expect(field.value).toBe('On the train');
  act(() => drafts.hear('room_1', null));
  expect(field.value).toBe('');
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(send).not.toHaveBeenCalled();
});

test('what is typed here is shown, and nothing is left once it is sent', async () => {
  const { drafts, save, send, field } = open();
  fireEvent.change(field, { target: { value: 'Off the train' } });
  act(() => drafts.hear('room_1', plain('Of the phone')));
  expect(field.value).toBe('Off the train');
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(field.value).toBe('');
  expect(send.mock.calls).toEqual([['room_1', 'Off the train', {}]]);
  await vi.waitFor(() => expect(save.mock.calls).toEqual([['room_1', NOTHING]]));
});

test('a reply that was begun elsewhere is one here, and takes the focus from nothing', () => {
  const { drafts, send, field } = open();
  act(() => drafts.hear('room_1', { body: 'By the', replyTo: question }));
  expect(screen.getByRole('button', { name: 'Stop replying' })).toBeDefined();
  expect(document.activeElement).not.toBe(field);
  fireEvent.change(field, { target: { value: 'By the wall' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(send.mock.calls).toEqual([['room_1', 'By the wall', { replyTo: question }]]);
  expect(screen.queryByRole('button', { name: 'Stop replying' })).toBeNull();
});

test('what one replies to is chosen here, has the field focused, and can be given up', () => {
  const { send, field } = open();
  fireEvent.click(screen.getByRole('button', { name: 'Reply' }));
  expect(document.activeElement).toBe(field);
  expect(screen.getByText('Where to plant?')).toBeDefined();
  fireEvent.keyDown(field, { key: 'Escape' });
  expect(screen.queryByText('Where to plant?')).toBeNull();
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(send.mock.calls).toEqual([['room_1', 'On the train', {}]]);
});

test('what is begun in a thread stays in this tab', async () => {
  vi.useFakeTimers();
  const { save, send, field } = open('msg_1');
  expect(field.value).toBe('');
  fireEvent.click(screen.getByRole('button', { name: 'Reply' }));
  fireEvent.change(field, { target: { value: 'By the wall' } });
  await vi.advanceTimersByTimeAsync(2_000);
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(field.value).toBe('');
  const aim = { threadRootId: 'msg_1', replyTo: question };
  expect(send.mock.calls).toEqual([['room_1', 'By the wall', aim]]);
  expect(save).not.toHaveBeenCalled();
});
