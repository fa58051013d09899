import type { MessageFieldsFragment } from '../generated/graphql';
import type { MessageActions } from './actions';

interface ReactionsProps {
  message: MessageFieldsFragment;
  onReact: MessageActions['react'];
}

/** What a message was given; a press gives the same, or takes it back. */
export function Reactions({ message, onReact }: ReactionsProps) {
  if (message.reactions.length === 0) return null;
  return (
    <ul aria-label="Reactions" className="mt-1 mb-0.5 flex flex-wrap gap-1">
      {message.reactions.map(({ emoji, count, users, viewerReacted }) => (
        <li key={emoji}>
          <button
            type="button"
            aria-pressed={viewerReacted}
            aria-label={`${emoji} ${count}`}
            title={names(users, count)}
            onClick={() => onReact(message, emoji)}
            className={`inline-flex min-h-7 items-center gap-1.5 rounded-full border px-2 text-sm pointer-coarse:min-h-9 ${viewerReacted ? 'border-accent bg-accent-soft text-ink' : 'border-line bg-raised text-soft hover:bg-hover'}`}
          >
            <span>{emoji}</span>
            <span className="text-xs font-medium">{count}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function names(users: readonly { displayName: string }[], count: number): string {
  const known = users.map((user) => user.displayName).join(', ');
  return count > users.length ? `${known} and ${count - users.length} more` : known;
}
