import { useState } from 'react';
import type { MessageFieldsFragment } from '../generated/graphql';
import { EditIcon, MoreIcon, ReplyIcon, ThreadIcon, TrashIcon } from '../ui/icons';
import { Menu, MenuItem } from '../ui/Menu';
import type { MessageActions } from './actions';

const COMMON = ['👍', '❤️', '😂', '🎉', '😮', '😢'];

/** What can be done with one message. It shows when the message is pointed at or has the focus; always where there is no pointer. */
export function ActionsMenu({
  message,
  actions,
}: {
  message: MessageFieldsFragment;
  actions: MessageActions;
}) {
  const [upwards, setUpwards] = useState(false);
  const own = message.author.id === actions.viewerId;
  return (
    <div className="shrink-0 self-start opacity-0 group-hover:opacity-100 focus-within:opacity-100 has-aria-expanded:opacity-100 pointer-coarse:opacity-100">
      <Menu
        label="Message"
        className={`end-0 ${upwards ? 'bottom-full mb-1' : 'top-full mt-1'}`}
        renderButton={(props) => (
          <button
            type="button"
            aria-label={`Actions for the message of ${message.author.displayName}`}
            title="Actions"
            {...props}
            onClick={(event) => {
              const { top } = event.currentTarget.getBoundingClientRect();
              setUpwards(top > window.innerHeight / 2);
              props.onClick();
            }}
            className="flex size-7 items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink aria-expanded:bg-hover pointer-coarse:size-9"
          >
            <MoreIcon className="size-4" />
          </button>
        )}
      >
        <div className="mb-1 flex justify-between border-b border-line pb-1">
          {COMMON.map((emoji) => (
            <button
              key={emoji}
              type="button"
              role="menuitem"
              tabIndex={-1}
              aria-label={`React with ${emoji}`}
              onClick={() => actions.react(message, emoji)}
              className="flex size-9 items-center justify-center rounded-lg text-lg hover:bg-hover"
            >
              {emoji}
            </button>
          ))}
        </div>
        <MenuItem icon={<ReplyIcon />} onSelect={() => actions.reply(message)}>
          Reply
        </MenuItem>
        {actions.openThread && (
          <MenuItem icon={<ThreadIcon />} onSelect={() => actions.openThread?.(message.id)}>
            Reply in a thread
          </MenuItem>
        )}
        {own && !message.forwardedFrom && (
          <MenuItem icon={<EditIcon />} onSelect={() => actions.edit(message)}>
            Edit
          </MenuItem>
        )}
        {(own || actions.keeps) && (
          <MenuItem danger icon={<TrashIcon />} onSelect={() => actions.remove(message)}>
            Delete
          </MenuItem>
        )}
      </Menu>
    </div>
  );
}
