import { createGraphiQLFetcher, type Fetcher, type FetcherOpts } from '@graphiql/toolkit';
import { createClient, type Client } from 'graphql-ws';
import { getOperationAST, type ExecutionResult } from 'graphql';

interface SocketRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown>;
}

function authorizationOf(options?: FetcherOpts): string | undefined {
  const headers = Object.entries(options?.headers ?? {});
  const found = headers.find(([name]) => name.toLowerCase() === 'authorization');
  return typeof found?.[1] === 'string' && found[1] !== '' ? found[1] : undefined;
}

/**
 * Queries and mutations are posted; subscriptions go over graphql-transport-ws, signed in with the
 * Authorization of the headers editor (browsers cannot set headers on a WebSocket).
 */
export function createFetcher(url: URL): Fetcher {
  const post = createGraphiQLFetcher({ url: url.href });
  const socketUrl = url.href.replace(/^http/, 'ws');
  const sockets = new Map<string | undefined, Client>();

  const socketFor = (authorization: string | undefined): Client => {
    let client = sockets.get(authorization);
    if (!client) {
      client = createClient({
        url: socketUrl,
        connectionParams: authorization ? { authorization } : {},
        // A playground should show a refused connection at once rather than keep trying behind the scenes.
        retryAttempts: 0,
      });
      sockets.set(authorization, client);
    }
    return client;
  };

  return (params, options) => {
    const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName);
    if (operation?.operation !== 'subscription') return post(params, options);
    const { query, operationName, variables } = params as SocketRequest;
    const events = socketFor(authorizationOf(options)).iterate({ query, operationName, variables });
    return events as AsyncIterable<ExecutionResult>;
  };
}
