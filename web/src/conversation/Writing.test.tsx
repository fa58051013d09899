// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { RoomSummaryFragment } from '../generated/graphql';
import { WorkspaceContext } from '../workspace/context';
import { Drafts, type SaveDraft } from '../workspace/drafts';
import { Writing } from './Writing';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const room = {
  id: 'room_1',
  kind: 'CHANNEL',
  name: 'general',
  slowModeSeconds: 0,
  membership: { role: 'MEMBER', mutedUntil: null, draft: { body: 'On the train' } },
} as RoomSummaryFragment;

function open(threadRootId?: string) {
  window.matchMedia = () => ({ matches: false }) as MediaQueryList;
  const save = vi.fn<SaveDraft>().mockResolvedValue(undefined);
  const drafts = new Drafts(save);
  const send = vi.fn<() => void>();
  const workspace = { drafts, outbox: { send } };
  render(
    <WorkspaceContext value={{ workspace, viewer: { id: 'usr_ada' } } as never}>
      <Writing
        room={room}
        {...(threadRootId && { threadRootId })}
        lines={[]}
        focus={undefined}
        onFocus={() => undefined}
      />
    </WorkspaceContext>,
  );
  const field = screen.getByRole<HTMLTextAreaElement>('textbox');
  return { drafts, save, send, field };
}

test('what is sent from another tab is gone here too, and cannot be sent again', () => {
  const { drafts, send, field } = open();
  expect(field.value).toBe('On the train');
  act(() => drafts.hear('room_1', ''));
  expect(field.value).toBe('');
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(send).not.toHaveBeenCalled();
});

test('what is typed here is shown, and nothing is left once it is sent', async () => {
  const { drafts, save, send, field } = open();
  fireEvent.change(field, { target: { value: 'Off the train' } });
  act(() => drafts.hear('room_1', 'Of the phone'));
  expect(field.value).toBe('Off the train');
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(field.value).toBe('');
  expect(send.mock.calls).toEqual([['room_1', 'Off the train', {}]]);
  await vi.waitFor(() => expect(save.mock.calls).toEqual([['room_1', '']]));
});

test('what is begun in a thread stays in this tab', async () => {
  vi.useFakeTimers();
  const { save, send, field } = open('msg_1');
  expect(field.value).toBe('');
  fireEvent.change(field, { target: { value: 'By the wall' } });
  await vi.advanceTimersByTimeAsync(2_000);
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(field.value).toBe('');
  expect(send.mock.calls).toEqual([['room_1', 'By the wall', { threadRootId: 'msg_1' }]]);
  expect(save).not.toHaveBeenCalled();
});
