CREATE TABLE users (
    id blob PRIMARY KEY,
    username text NOT NULL UNIQUE,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    created_at integer NOT NULL,
    last_seen_at integer,
    bio text,
    -- What they say they are doing, with an emoji, until when; all of it only with the text.
    status_text text,
    status_emoji text,
    status_expires_at integer,
    -- When they deleted their account. The row stays, for what they said.
    deleted_at integer
) STRICT;

-- What people are found by: the folded words of their names.
CREATE TABLE name_words (
    word text NOT NULL,
    user_id blob NOT NULL REFERENCES users (id),
    PRIMARY KEY (word, user_id)
) STRICT;

CREATE INDEX name_words_by_user ON name_words (user_id);

-- Names that people had before, by their SHA-256: they are nobody else's.
CREATE TABLE former_usernames (
    digest blob PRIMARY KEY,
    user_id blob NOT NULL REFERENCES users (id)
) STRICT;

CREATE INDEX former_usernames_by_user ON former_usernames (user_id);

-- Those who deleted their account, until all that goes with it is done.
CREATE TABLE departures (
    user_id blob PRIMARY KEY REFERENCES users (id),
    -- Whether what they said goes, too.
    erases_messages integer NOT NULL
) STRICT;

-- Who wants nothing to do with whom.
CREATE TABLE blocks (
    blocker_id blob NOT NULL REFERENCES users (id),
    blocked_id blob NOT NULL REFERENCES users (id),
    created_at integer NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
) STRICT;

CREATE INDEX blocks_by_blocked ON blocks (blocked_id);

CREATE TABLE sessions (
    id blob PRIMARY KEY,
    user_id blob NOT NULL REFERENCES users (id),
    device text NOT NULL,
    generation integer NOT NULL,
    rotated_at integer NOT NULL,
    attempt_id text,
    created_at integer NOT NULL,
    last_used_at integer NOT NULL,
    last_used_from text NOT NULL,
    ended_at integer
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE rooms (
    id blob PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('channel', 'group', 'direct')),
    name text NOT NULL,
    -- The folded name of a channel: what is unique, searched and sorted by.
    name_key text UNIQUE,
    -- The two people of a direct room, in order.
    pair_key text UNIQUE,
    topic text,
    created_at integer NOT NULL,
    member_count integer NOT NULL DEFAULT 0,
    last_seq integer NOT NULL DEFAULT 0,
    last_active_at integer NOT NULL,
    -- How long a member waits between two messages; 0 is not at all.
    slow_mode_seconds integer NOT NULL DEFAULT 0,
    -- Whether only those who keep the room write on its main line.
    announcement_only integer NOT NULL DEFAULT 0 CHECK (announcement_only IN (0, 1)),
    -- Whether messages say who came and who went.
    announces_members integer NOT NULL DEFAULT 0 CHECK (announces_members IN (0, 1)),
    -- Since when nothing is said there any more.
    archived_at integer,
    -- Of a direct room, that nothing passes between the two: one has blocked the other.
    is_severed integer NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE members (
    room_id blob NOT NULL REFERENCES rooms (id),
    user_id blob NOT NULL REFERENCES users (id),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    joined_at integer NOT NULL,
    joined_position integer NOT NULL,
    -- The newest message that they have read, and when they said so; the room's newest one, and
    -- never, until they do.
    last_read_seq integer NOT NULL,
    read_at integer,
    -- What the sanctions say, where sending sees it: until when they may not write, and why.
    muted_until integer,
    mute_reason text,
    -- When they last sent something, where slow mode asks for it.
    last_sent_at integer,
    PRIMARY KEY (room_id, user_id)
) STRICT;

CREATE INDEX members_by_user ON members (user_id);
CREATE INDEX members_in_order ON members (room_id, joined_position, user_id);
CREATE INDEX members_by_reading ON members (room_id, read_at) WHERE read_at IS NOT NULL;

-- Who may not come in, or may not write. It outlives the membership.
CREATE TABLE sanctions (
    room_id blob NOT NULL REFERENCES rooms (id),
    user_id blob NOT NULL REFERENCES users (id),
    kind text NOT NULL CHECK (kind IN ('ban', 'mute')),
    reason text,
    creator_id blob NOT NULL REFERENCES users (id),
    created_at integer NOT NULL,
    expires_at integer,
    PRIMARY KEY (room_id, user_id, kind)
) STRICT;

CREATE INDEX sanctions_in_order ON sanctions (room_id, kind, created_at, user_id);

-- What those did who keep a room. Nobody changes it afterwards.
CREATE TABLE audit_log (
    number integer PRIMARY KEY AUTOINCREMENT,
    room_id blob NOT NULL REFERENCES rooms (id),
    actor_id blob NOT NULL REFERENCES users (id),
    action text NOT NULL,
    -- To whom, and what was said of it; which of these are there depends on the action.
    target_id blob REFERENCES users (id),
    message_id blob,
    reason text,
    role text,
    until integer,
    at integer NOT NULL
) STRICT;

CREATE INDEX audit_log_by_room ON audit_log (room_id, number);

CREATE TRIGGER audit_log_is_not_updated BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_log_is_not_deleted BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- Whoever knows the code may join.
CREATE TABLE invites (
    code text PRIMARY KEY,
    room_id blob NOT NULL REFERENCES rooms (id),
    creator_id blob NOT NULL REFERENCES users (id),
    created_at integer NOT NULL,
    -- From when on it is no good, and how often it can be used; not limited where there is none.
    expires_at integer,
    max_uses integer,
    uses integer NOT NULL DEFAULT 0,
    CHECK (max_uses IS NULL OR uses <= max_uses)
) STRICT;

CREATE INDEX invites_by_room ON invites (room_id, created_at, code);

CREATE TABLE messages (
    id blob PRIMARY KEY,
    room_id blob NOT NULL REFERENCES rooms (id),
    -- The room's id on its main line; in a thread, the id of the message that it hangs on.
    timeline_id blob NOT NULL,
    seq integer NOT NULL,
    author_id blob NOT NULL REFERENCES users (id),
    client_id text,
    fingerprint blob NOT NULL,
    body text NOT NULL,
    reply_to_id blob REFERENCES messages (id),
    sent_at integer NOT NULL,
    edited_at integer,
    deleted_at integer,
    pinned_at integer,
    -- Whether it speaks to everyone in the room.
    mentions_room integer NOT NULL DEFAULT 0 CHECK (mentions_room IN (0, 1)),
    -- Whose words these are.
    forwarded_from_id blob REFERENCES messages (id),
    -- What the server tells by it, and about whom; nothing for what somebody wrote.
    notice text,
    notice_user_id blob REFERENCES users (id),
    UNIQUE (timeline_id, seq),
    UNIQUE (author_id, client_id),
    -- What was deleted is gone; its number and its key stay.
    CHECK (deleted_at IS NULL OR body = '')
) STRICT;

-- What unread messages are not counted by: one's own, and those that say nothing.
CREATE INDEX messages_by_author ON messages (timeline_id, author_id, seq);
CREATE INDEX messages_silent ON messages (timeline_id, seq)
WHERE deleted_at IS NOT NULL OR notice IS NOT NULL;
CREATE INDEX messages_to_everyone ON messages (timeline_id, seq) WHERE mentions_room;
CREATE INDEX messages_pinned ON messages (room_id, pinned_at) WHERE pinned_at IS NOT NULL;

-- What messages said before they were edited: 1, 2, 3 …, with when that was written.
CREATE TABLE message_versions (
    message_id blob NOT NULL REFERENCES messages (id),
    number integer NOT NULL,
    body text NOT NULL,
    written_at integer NOT NULL,
    PRIMARY KEY (message_id, number)
) STRICT;

-- Whom a message speaks to. The timeline and the number are the message's, so that unread ones
-- are counted out of one index.
CREATE TABLE mentions (
    message_id blob NOT NULL REFERENCES messages (id),
    user_id blob NOT NULL REFERENCES users (id),
    timeline_id blob NOT NULL,
    seq integer NOT NULL,
    -- Whether it is shown, and nobody is told: they have blocked its author.
    silent integer NOT NULL,
    PRIMARY KEY (message_id, user_id)
) STRICT;

CREATE INDEX mentions_by_user ON mentions (user_id, timeline_id, silent, seq);

-- The threads that hang on messages, each from its first reply on.
CREATE TABLE threads (
    root_id blob PRIMARY KEY REFERENCES messages (id),
    room_id blob NOT NULL REFERENCES rooms (id),
    last_seq integer NOT NULL,
    last_reply_at integer NOT NULL
) STRICT;

-- What members of the room have to do with its threads: whether they follow one, and how far they
-- have read it.
CREATE TABLE thread_members (
    root_id blob NOT NULL REFERENCES threads (root_id),
    user_id blob NOT NULL REFERENCES users (id),
    room_id blob NOT NULL REFERENCES rooms (id),
    following integer NOT NULL CHECK (following IN (0, 1)),
    last_read_seq integer NOT NULL,
    PRIMARY KEY (root_id, user_id)
) STRICT;

CREATE INDEX thread_members_by_user ON thread_members (user_id, room_id);

CREATE TABLE reactions (
    message_id blob NOT NULL REFERENCES messages (id),
    user_id blob NOT NULL REFERENCES users (id),
    emoji text NOT NULL,
    reacted_at integer NOT NULL,
    PRIMARY KEY (message_id, user_id, emoji)
) STRICT;

CREATE INDEX reactions_in_order ON reactions (message_id, emoji, reacted_at, user_id);

-- What people began to write, for their other devices.
CREATE TABLE drafts (
    user_id blob NOT NULL REFERENCES users (id),
    room_id blob NOT NULL REFERENCES rooms (id),
    body text NOT NULL,
    reply_to_id blob REFERENCES messages (id),
    updated_at integer NOT NULL,
    PRIMARY KEY (user_id, room_id)
) STRICT;

-- When a session last changed a message or a draft (of the room with that id), by its device's clock, in
-- milliseconds: what it said earlier and comes later has no effect.
CREATE TABLE latest_changes (
    session_id blob NOT NULL REFERENCES sessions (id),
    subject_id blob NOT NULL,
    made_at integer NOT NULL,
    PRIMARY KEY (session_id, subject_id)
) STRICT;

-- What is to be sent later. Rows stay, so that scheduling can be retried.
CREATE TABLE scheduled_messages (
    id blob PRIMARY KEY,
    author_id blob NOT NULL REFERENCES users (id),
    client_id text,
    fingerprint blob NOT NULL,
    room_id blob NOT NULL REFERENCES rooms (id),
    thread_root_id blob REFERENCES messages (id),
    reply_to_id blob REFERENCES messages (id),
    -- Empty once it is sent.
    body text NOT NULL,
    send_at integer NOT NULL,
    -- When a server took it up: until it has an outcome, it is sent or will be.
    claimed_at integer,
    -- What came of it: one of them.
    message_id blob REFERENCES messages (id),
    failure text,
    UNIQUE (author_id, client_id)
) STRICT;

CREATE INDEX scheduled_messages_due ON scheduled_messages (send_at)
WHERE message_id IS NULL AND failure IS NULL;
CREATE INDEX scheduled_messages_by_author ON scheduled_messages (author_id, send_at)
WHERE message_id IS NULL;

CREATE TABLE events (
    position integer PRIMARY KEY,
    at integer NOT NULL,
    kind text NOT NULL,
    -- Which of these are there depends on the kind.
    room_id blob,
    user_id blob,
    message_id blob,
    session_id blob
) STRICT;

CREATE INDEX events_by_room ON events (room_id, position);

-- One row: the position of the newest committed event. Its lock is what makes positions
-- contiguous and in commit order.
CREATE TABLE log_head (
    id integer PRIMARY KEY CHECK (id = 1),
    position integer NOT NULL
) STRICT;

INSERT INTO log_head (id, position) VALUES (1, 0);
