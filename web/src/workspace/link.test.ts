import { ApolloClient, ApolloLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { expect, test } from 'vitest';
import { of } from 'rxjs';
import { FindUserDocument } from '../generated/graphql';
import { authLink } from './link';

/** A client whose server takes `accepted` only, and a session that renews rejected tokens. */
function client(accepted: string) {
  const seen: string[] = [];
  let token = 'Bearer old';
  const session = {
    accessToken: async () => token.slice('Bearer '.length),
    reject: () => void (token = 'Bearer new'),
  };
  const server = new ApolloLink((operation) => {
    const { authorization } = operation.getContext().headers;
    seen.push(authorization);
    if (authorization === accepted) return of({ data: { user: null } });
    return of({ data: null, errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] });
  });
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: authLink(session).concat(server) });
  const ask = () => apollo.query({ query: FindUserDocument, variables: { username: 'ada' } });
  return { ask, seen };
}

test('a request carries the token', async () => {
  const { ask, seen } = client('Bearer old');
  expect((await ask()).data).toEqual({ user: null });
  expect(seen).toEqual(['Bearer old']);
});

test('a refused token is renewed and the request made again', async () => {
  const { ask, seen } = client('Bearer new');
  expect((await ask()).data).toEqual({ user: null });
  expect(seen).toEqual(['Bearer old', 'Bearer new']);
});

test('the request is made again once, not for ever', async () => {
  const { ask, seen } = client('Bearer other');
  await expect(ask()).rejects.toThrow(CombinedGraphQLErrors);
  expect(seen).toHaveLength(2);
});
