-- Version 1. A later version is a file of its own, run after this one.

CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    content TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE rooms (
    id TEXT PRIMARY KEY,
    content TEXT NOT NULL
) WITHOUT ROWID;

-- The threads that something is known of. Their replies are in `messages`, under the root's id. One that is stale was
-- replied in since the server was asked how the viewer stands to it.
CREATE TABLE threads (
    root TEXT PRIMARY KEY,
    room TEXT NOT NULL,
    following INTEGER NOT NULL DEFAULT 0,
    last_read_seq INTEGER NOT NULL DEFAULT 0,
    unread_messages INTEGER NOT NULL DEFAULT 0,
    unread_mentions INTEGER NOT NULL DEFAULT 0,
    is_stale INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX threads_of_room ON threads (room);

-- `timeline` is a room's id (its main line) or a thread's root; `older` is the server's cursor of the page before.
CREATE TABLE messages (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    timeline TEXT NOT NULL,
    seq INTEGER NOT NULL,
    room TEXT NOT NULL,
    author TEXT NOT NULL,
    client_id TEXT,
    body TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    details TEXT NOT NULL,
    pinned_at INTEGER,
    older TEXT,
    UNIQUE (timeline, seq)
);
CREATE INDEX pinned ON messages (room) WHERE pinned_at IS NOT NULL;

-- Where something may have been pinned, or not be any more, since the server was asked.
CREATE TABLE stale_pins (
    room TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE VIRTUAL TABLE words USING fts5 (
    body, content = 'messages', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2'
);
-- Words that are deleted are not to be found in the file either.
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER words_of_new AFTER INSERT ON messages BEGIN
    INSERT INTO words (rowid, body) VALUES (new.row, new.body);
END;
CREATE TRIGGER words_of_gone AFTER DELETE ON messages BEGIN
    INSERT INTO words (words, rowid, body) VALUES ('delete', old.row, old.body);
END;
CREATE TRIGGER words_of_edited AFTER UPDATE OF body ON messages WHEN old.body IS NOT new.body BEGIN
    INSERT INTO words (words, rowid, body) VALUES ('delete', old.row, old.body);
    INSERT INTO words (rowid, body) VALUES (new.row, new.body);
END;

-- What is still to be said to the server, in the order in which it was done. What it is about is named by its id in
-- `target`, or by its key in `target_key` as long as the server has given it none. `made_at` is what tells the server which
-- of two changes is the newer one: it grows, whatever the clock does. `failure` is why the server refused it. `is_tried` is
-- 1 when the server may know of it, and 2 when every answer has said that it was not carried out.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room TEXT NOT NULL,
    timeline TEXT NOT NULL,
    key TEXT,
    target TEXT,
    target_key TEXT,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    is_tried INTEGER NOT NULL DEFAULT 0,
    failure TEXT
);
CREATE INDEX outbox_of_room ON outbox (room, id);
CREATE UNIQUE INDEX outbox_keys ON outbox (key) WHERE key IS NOT NULL;
