import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type GraphQLFormattedError } from 'graphql';

/** The server answered, but with top-level errors (`extensions.code` says which kind). */
export class RefusedError extends Error {
  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super(errors[0]?.message ?? 'the server refused the request');
  }
}

/** No usable answer arrived: no connection, or something in between answered instead of Causerie. */
export class UnreachableError extends Error {}

/** How long (ms) to wait for an answer before calling the server unreachable. */
const PATIENCE = 20_000;

export interface Answer<Data> {
  data: Data;
  /** The server's clock when it answered, in milliseconds; this machine's when the server did not say. */
  serverTime: number;
}

/**
 * Posts one operation outside Apollo: signing in and renewing the session must work while no
 * Apollo client exists. Throws RefusedError or UnreachableError.
 */
export async function exchange<Data, Variables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  accessToken?: string,
): Promise<Answer<Data>> {
  const headers: Record<string, string> = {
    Accept: 'application/graphql-response+json, application/json;q=0.9',
    'Content-Type': 'application/json',
  };
  if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
  let response: Response;
  let result: { data?: Data | null; errors?: GraphQLFormattedError[] };
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: print(document), variables }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    result = await response.json();
  } catch (cause) {
    throw new UnreachableError('no usable answer', { cause });
  }
  if (result.errors?.length) throw new RefusedError(result.errors);
  if (!result.data) throw new UnreachableError(`an answer without data (status ${response.status})`);
  return { data: result.data, serverTime: Date.parse(response.headers.get('date') ?? '') || Date.now() };
}
