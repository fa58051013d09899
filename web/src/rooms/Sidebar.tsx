import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { Button, IconButton } from '../ui/Button';
import { CompassIcon, HashIcon, Logo, PersonIcon, PlusIcon, SearchIcon } from '../ui/icons';
import { Menu, MenuItem } from '../ui/Menu';
import { ConnectionLine } from '../workspace/ConnectionLine';
import { AccountMenu } from './AccountMenu';
import { CreateChannel } from './CreateChannel';
import { RoomList } from './RoomList';
import { StartDirect } from './StartDirect';
import { useRooms } from './useRooms';

type Window = 'channel' | 'direct';

/** The list of rooms, with ways to find and start them. */
export function Sidebar() {
  const [filter, setFilter] = useState('');
  const [window, setWindow] = useState<Window>();
  const close = () => setWindow(undefined);
  return (
    <>
      <header className="flex items-center gap-2 ps-4 pe-3 pt-3 pb-1">
        <Logo className="size-7" />
        <h1 className="grow font-serif text-xl tracking-tight italic">Causerie</h1>
        <NewMenu onOpen={setWindow} />
        <AccountMenu />
      </header>
      <Filter value={filter} onChange={setFilter} />
      <ConnectionLine className="mx-3 not-empty:mb-2" />
      <Rooms filter={filter} onOpen={setWindow} />
      {window === 'channel' && <CreateChannel onClose={close} />}
      {window === 'direct' && <StartDirect onClose={close} />}
    </>
  );
}

function NewMenu({ onOpen }: { onOpen: (window: Window) => void }) {
  const navigate = useNavigate();
  return (
    <Menu
      label="New conversation"
      renderButton={(props) => (
        <IconButton label="New conversation" {...props}>
          <PlusIcon />
        </IconButton>
      )}
    >
      <MenuItem icon={<CompassIcon />} onSelect={() => navigate('/channels')}>
        Browse channels
      </MenuItem>
      <MenuItem icon={<HashIcon />} onSelect={() => onOpen('channel')}>
        Create a channel
      </MenuItem>
      <MenuItem icon={<PersonIcon />} onSelect={() => onOpen('direct')}>
        Message someone
      </MenuItem>
    </Menu>
  );
}

function Filter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
        event.preventDefault();
        input.current?.focus();
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <search className="relative mx-3 my-2">
      <SearchIcon className="pointer-events-none absolute inset-y-0 start-3 my-auto size-4 text-soft" />
      <input
        ref={input}
        type="search"
        aria-label="Find a conversation"
        placeholder="Find a conversation"
        title="Ctrl+K"
        dir="auto"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onChange('')}
        className="h-10 w-full rounded-lg bg-hover ps-9 pe-3 text-base outline-none placeholder:text-soft focus:bg-raised focus:ring-2 focus:ring-accent/50 sm:text-sm"
      />
    </search>
  );
}

function Rooms({ filter, onOpen }: { filter: string; onOpen: (window: Window) => void }) {
  const rooms = useRooms();
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = rooms?.filter((room) => room.name.toLocaleLowerCase().includes(wanted));
  if (!shown) return <Skeleton />;
  if (shown.length) return <RoomList rooms={shown} />;
  return (
    <div className="px-6 py-10 text-center text-sm text-soft">
      {wanted ? <p>No conversation is called “{filter.trim()}”.</p> : <FirstSteps onOpen={onOpen} />}
    </div>
  );
}

function FirstSteps({ onOpen }: { onOpen: (window: Window) => void }) {
  const navigate = useNavigate();
  return (
    <>
      <p className="mb-4">Nothing here yet. Join a channel, or write to someone.</p>
      <div className="flex flex-col gap-2">
        <Button look="primary" onClick={() => navigate('/channels')}>
          Browse channels
        </Button>
        <Button onClick={() => onOpen('direct')}>Message someone</Button>
      </div>
    </>
  );
}

function Skeleton() {
  return (
    <div role="status" className="space-y-1 px-3">
      <span className="sr-only">Loading your conversations</span>
      {Array.from({ length: 7 }, (_, index) => (
        <div key={index} aria-hidden="true" className="flex animate-pulse items-center gap-3 p-2">
          <span className="size-10 rounded-xl bg-hover" />
          <span className="grow space-y-2">
            <span className="block h-3 w-2/5 rounded bg-hover" />
            <span className="block h-3 w-4/5 rounded bg-hover" />
          </span>
        </div>
      ))}
    </div>
  );
}
