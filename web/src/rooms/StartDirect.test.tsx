// @vitest-environment jsdom
import { ApolloClient, ApolloLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { of } from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import { WorkspaceContext } from '../workspace/context';
import { StartDirect } from './StartDirect';

afterEach(cleanup);

const person = (name: string) => ({
  __typename: 'User',
  id: `usr_${name}`,
  username: name.toLowerCase(),
  displayName: name,
});

/** jsdom has none of its own. */
function showModal(this: HTMLDialogElement) {
  this.open = true;
}

test('whoever is found is shown, the viewer apart, and a press opens the conversation', async () => {
  HTMLDialogElement.prototype.showModal = showModal;
  HTMLDialogElement.prototype.close = () => undefined;
  const asked: unknown[] = [];
  const link = new ApolloLink(({ operationName, variables }) => {
    asked.push([operationName, variables]);
    if (operationName === 'FindUsers') {
      return of({
        data: { users: { __typename: 'UserConnection', nodes: [person('Robert'), person('Robin')] } },
      });
    }
    return of({ data: { openDirectRoom: { __typename: 'RoomPayload', room: null, userErrors: [] } } });
  });
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const onClose = vi.fn<() => void>();
  render(
    <MemoryRouter>
      <WorkspaceContext value={{ viewer: person('Robin') } as never}>
        <ApolloProvider client={client}>
          <StartDirect onClose={onClose} />
        </ApolloProvider>
      </WorkspaceContext>
    </MemoryRouter>,
  );
  fireEvent.change(screen.getByLabelText('Username'), { target: { value: '@rob' } });
  fireEvent.click(await screen.findByRole('button', { name: /Robert/ }));
  await vi.waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(screen.queryByRole('button', { name: /Robin/ })).toBeNull();
  expect(asked).toEqual([
    ['FindUsers', { query: 'rob' }],
    ['OpenDirectRoom', { input: { userId: 'usr_Robert' } }],
  ]);
});
