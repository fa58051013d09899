import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { RefusedError } from '../session/exchange';

const UNREACHABLE = 'The server can’t be reached. Check your connection and try again.';
const UNEXPECTED = 'Something went wrong on the server. Please try again.';

const BY_CODE: Record<string, string> = {
  RATE_LIMITED: 'That was a lot at once. Wait a moment and try again.',
  FORBIDDEN: 'You don’t have access to this.',
  NOT_FOUND: 'This doesn’t exist any more.',
  TOO_LARGE: 'That is too large to send.',
  UNAUTHENTICATED: 'You are logged out. Please log in again.',
};

/** A sentence for people about whatever went wrong; never the raw error. */
export function explain(error: unknown): string {
  if (CombinedGraphQLErrors.is(error) || error instanceof RefusedError) {
    const { code, retryAfter } = error.errors[0]?.extensions ?? {};
    if (code === 'RATE_LIMITED' && typeof retryAfter === 'number') {
      return `That was too soon. Wait ${retryAfter} ${retryAfter === 1 ? 'second' : 'seconds'} and try again.`;
    }
    return (typeof code === 'string' && BY_CODE[code]) || UNEXPECTED;
  }
  return UNREACHABLE;
}
