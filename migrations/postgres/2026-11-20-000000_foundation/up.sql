CREATE TABLE users (
    id uuid PRIMARY KEY,
    username text COLLATE "C" NOT NULL UNIQUE,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz,
    bio text,
    -- What they say they are doing, with an emoji, until when; all of it only with the text.
    status_text text,
    status_emoji text,
    status_expires_at timestamptz,
    -- When they deleted their account. The row stays, for what they said.
    deleted_at timestamptz
);

-- What people are found by: the folded words of their names.
CREATE TABLE name_words (
    word text COLLATE "C" NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    PRIMARY KEY (word, user_id)
);

CREATE INDEX name_words_by_user ON name_words (user_id);

-- Names that people had before, by their SHA-256: they are nobody else's.
CREATE TABLE former_usernames (
    digest bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id)
);

CREATE INDEX former_usernames_by_user ON former_usernames (user_id);

-- Those who deleted their account, until all that goes with it is done.
CREATE TABLE departures (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    -- Whether what they said goes, too.
    erases_messages boolean NOT NULL
);

-- Who wants nothing to do with whom.
CREATE TABLE blocks (
    blocker_id uuid NOT NULL REFERENCES users (id),
    blocked_id uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
);

CREATE INDEX blocks_by_blocked ON blocks (blocked_id);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    device text NOT NULL,
    generation integer NOT NULL,
    rotated_at timestamptz NOT NULL,
    attempt_id text,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    last_used_from text NOT NULL,
    ended_at timestamptz
);

CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE rooms (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('channel', 'group', 'direct')),
    name text NOT NULL,
    -- The folded name of a channel: what is unique, searched and sorted by.
    name_key text COLLATE "C" UNIQUE,
    -- The two people of a direct room, in order.
    pair_key text COLLATE "C" UNIQUE,
    topic text,
    created_at timestamptz NOT NULL,
    member_count integer NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0,
    last_active_at timestamptz NOT NULL,
    -- How long a member waits between two messages; 0 is not at all.
    slow_mode_seconds integer NOT NULL DEFAULT 0,
    -- Whether only those who keep the room write on its main line.
    announcement_only boolean NOT NULL DEFAULT FALSE,
    -- Whether messages say who came and who went.
    announces_members boolean NOT NULL DEFAULT FALSE,
    -- Since when nothing is said there any more.
    archived_at timestamptz,
    -- Of a direct room, that nothing passes between the two: one has blocked the other.
    is_severed boolean NOT NULL DEFAULT FALSE
);

CREATE TABLE members (
    room_id uuid NOT NULL REFERENCES rooms (id),
    user_id uuid NOT NULL REFERENCES users (id),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    joined_at timestamptz NOT NULL,
    joined_position bigint NOT NULL,
    -- The newest message that they have read, and when they said so; the room's newest one, and
    -- never, until they do.
    last_read_seq bigint NOT NULL,
    read_at timestamptz,
    -- What the sanctions say, where sending sees it: until when they may not write, and why.
    muted_until timestamptz,
    mute_reason text,
    -- When they last sent something, where slow mode asks for it.
    last_sent_at timestamptz,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX members_by_user ON members (user_id);
CREATE INDEX members_in_order ON members (room_id, joined_position, user_id);
CREATE INDEX members_by_reading ON members (room_id, read_at) WHERE read_at IS NOT NULL;

-- Who may not come in, or may not write. It outlives the membership.
CREATE TABLE sanctions (
    room_id uuid NOT NULL REFERENCES rooms (id),
    user_id uuid NOT NULL REFERENCES users (id),
    kind text NOT NULL CHECK (kind IN ('ban', 'mute')),
    reason text,
    creator_id uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (room_id, user_id, kind)
);

CREATE INDEX sanctions_in_order ON sanctions (room_id, kind, created_at, user_id);

-- What those did who keep a room. Nobody changes it afterwards.
CREATE TABLE audit_log (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_id uuid NOT NULL REFERENCES rooms (id),
    actor_id uuid NOT NULL REFERENCES users (id),
    action text NOT NULL,
    -- To whom, and what was said of it; which of these are there depends on the action.
    target_id uuid REFERENCES users (id),
    message_id uuid,
    reason text,
    role text,
    until timestamptz,
    at timestamptz NOT NULL
);

CREATE INDEX audit_log_by_room ON audit_log (room_id, number);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END $$;

CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whoever knows the code may join.
CREATE TABLE invites (
    code text PRIMARY KEY,
    room_id uuid NOT NULL REFERENCES rooms (id),
    creator_id uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    -- From when on it is no good, and how often it can be used; not limited where there is none.
    expires_at timestamptz,
    max_uses integer,
    uses integer NOT NULL DEFAULT 0,
    CHECK (max_uses IS NULL OR uses <= max_uses)
);

CREATE INDEX invites_by_room ON invites (room_id, created_at, code);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    room_id uuid NOT NULL REFERENCES rooms (id),
    -- The room's id on its main line; in a thread, the id of the message that it hangs on.
    timeline_id uuid NOT NULL,
    seq bigint NOT NULL,
    author_id uuid NOT NULL REFERENCES users (id),
    client_id text COLLATE "C",
    fingerprint bytea NOT NULL,
    body text NOT NULL,
    reply_to_id uuid REFERENCES messages (id),
    sent_at timestamptz NOT NULL,
    edited_at timestamptz,
    deleted_at timestamptz,
    pinned_at timestamptz,
    -- Whether it speaks to everyone in the room.
    mentions_room boolean NOT NULL DEFAULT FALSE,
    -- Whose words these are.
    forwarded_from_id uuid REFERENCES messages (id),
    -- What the server tells by it, and about whom; nothing for what somebody wrote.
    notice text,
    notice_user_id uuid REFERENCES users (id),
    UNIQUE (timeline_id, seq),
    UNIQUE (author_id, client_id),
    -- What was deleted is gone; its number and its key stay.
    CHECK (deleted_at IS NULL OR body = '')
);

-- What unread messages are not counted by: one's own, and those that say nothing.
CREATE INDEX messages_by_author ON messages (timeline_id, author_id, seq);
CREATE INDEX messages_silent ON messages (timeline_id, seq)
WHERE deleted_at IS NOT NULL OR notice IS NOT NULL;
CREATE INDEX messages_to_everyone ON messages (timeline_id, seq) WHERE mentions_room;
CREATE INDEX messages_pinned ON messages (room_id, pinned_at) WHERE pinned_at IS NOT NULL;

-- What messages said before they were edited: 1, 2, 3 …, with when that was written.
CREATE TABLE message_versions (
    message_id uuid NOT NULL REFERENCES messages (id),
    number integer NOT NULL,
    body text NOT NULL,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, number)
);

-- Whom a message speaks to. The timeline and the number are the message's, so that unread ones
-- are counted out of one index.
CREATE TABLE mentions (
    message_id uuid NOT NULL REFERENCES messages (id),
    user_id uuid NOT NULL REFERENCES users (id),
    timeline_id uuid NOT NULL,
    seq bigint NOT NULL,
    -- Whether it is shown, and nobody is told: they have blocked its author.
    silent boolean NOT NULL,
    PRIMARY KEY (message_id, user_id)
);

CREATE INDEX mentions_by_user ON mentions (user_id, timeline_id, silent, seq);

-- The threads that hang on messages, each from its first reply on.
CREATE TABLE threads (
    root_id uuid PRIMARY KEY REFERENCES messages (id),
    room_id uuid NOT NULL REFERENCES rooms (id),
    last_seq bigint NOT NULL,
    last_reply_at timestamptz NOT NULL
);

-- What members of the room have to do with its threads: whether they follow one, and how far they
-- have read it.
CREATE TABLE thread_members (
    root_id uuid NOT NULL REFERENCES threads (root_id),
    user_id uuid NOT NULL REFERENCES users (id),
    room_id uuid NOT NULL REFERENCES rooms (id),
    following boolean NOT NULL,
    last_read_seq bigint NOT NULL,
    PRIMARY KEY (root_id, user_id)
);

CREATE INDEX thread_members_by_user ON thread_members (user_id, room_id);

CREATE TABLE reactions (
    message_id uuid NOT NULL REFERENCES messages (id),
    user_id uuid NOT NULL REFERENCES users (id),
    emoji text COLLATE "C" NOT NULL,
    reacted_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, user_id, emoji)
);

CREATE INDEX reactions_in_order ON reactions (message_id, emoji, reacted_at, user_id);

-- What people began to write, for their other devices.
CREATE TABLE drafts (
    user_id uuid NOT NULL REFERENCES users (id),
    room_id uuid NOT NULL REFERENCES rooms (id),
    body text NOT NULL,
    reply_to_id uuid REFERENCES messages (id),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, room_id)
);

-- When a session last changed a message or a draft (of the room with that id), by its device's clock, in
-- milliseconds: what it said earlier and comes later has no effect.
CREATE TABLE latest_changes (
    session_id uuid NOT NULL REFERENCES sessions (id),
    subject_id uuid NOT NULL,
    made_at bigint NOT NULL,
    PRIMARY KEY (session_id, subject_id)
);

-- What is to be sent later. Rows stay, so that scheduling can be retried.
CREATE TABLE scheduled_messages (
    id uuid PRIMARY KEY,
    author_id uuid NOT NULL REFERENCES users (id),
    client_id text COLLATE "C",
    fingerprint bytea NOT NULL,
    room_id uuid NOT NULL REFERENCES rooms (id),
    thread_root_id uuid REFERENCES messages (id),
    reply_to_id uuid REFERENCES messages (id),
    -- Empty once it is sent.
    body text NOT NULL,
    send_at timestamptz NOT NULL,
    -- When a server took it up: until it has an outcome, it is sent or will be.
    claimed_at timestamptz,
    -- What came of it: one of them.
    message_id uuid REFERENCES messages (id),
    failure text,
    UNIQUE (author_id, client_id)
);

CREATE INDEX scheduled_messages_due ON scheduled_messages (send_at)
WHERE message_id IS NULL AND failure IS NULL;
CREATE INDEX scheduled_messages_by_author ON scheduled_messages (author_id, send_at)
WHERE message_id IS NULL;

CREATE TABLE events (
    position bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    -- Which of these are there depends on the kind.
    room_id uuid,
    user_id uuid,
    message_id uuid,
    session_id uuid
);

CREATE INDEX events_by_room ON events (room_id, position);

-- One row: the position of the newest committed event. Its lock is what makes positions
-- contiguous and in commit order.
CREATE TABLE log_head (
    id smallint PRIMARY KEY CHECK (id = 1),
    position bigint NOT NULL
);

INSERT INTO log_head (id, position) VALUES (1, 0);
