import { ApolloLink, HttpLink, type ApolloClient } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import type { Client } from 'graphql-ws';
import { OperationTypeNode } from 'graphql';
import { defer, from, map, retry, switchMap, throwError, timer } from 'rxjs';
import type { Session } from '../session/session';

type Credentials = Pick<Session, 'accessToken' | 'reject'>;

/**
 * Signs requests with a fresh token. A request answered UNAUTHENTICATED is tried once more with a
 * renewed one: the server may end a token early, and clocks differ.
 */
export function authLink(session: Credentials): ApolloLink {
  return new ApolloLink((operation, forward) =>
    defer(() => from(session.accessToken())).pipe(
      switchMap((token) => {
        operation.setContext(({ headers }) => ({
          headers: { ...headers, authorization: `Bearer ${token}` },
        }));
        return forward(operation).pipe(
          map((result) => {
            if (!result.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED')) return result;
            session.reject(token);
            throw new CombinedGraphQLErrors(result);
          }),
        );
      }),
      retry({
        count: 1,
        delay: (error) => (isUnauthenticated(error) ? timer(0) : throwError(() => error)),
      }),
    ),
  );
}

export function isUnauthenticated(error: unknown): boolean {
  return (
    CombinedGraphQLErrors.is(error) && error.errors.some((e) => e.extensions?.code === 'UNAUTHENTICATED')
  );
}

/** Queries and mutations over HTTP, subscriptions over the socket. */
export function createLink(session: Credentials, socket: Client): ApolloClient.Options['link'] {
  return ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    authLink(session).concat(new HttpLink({ uri: '/graphql' })),
  );
}
