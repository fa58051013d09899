//! SQLite by itself.

use std::io;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::sql_types;
use diesel::{Connection, SqliteConnection};

#[path = "queries.rs"]
pub(super) mod queries;

type Conn = SqliteConnection;
type SqlId = sql_types::Binary;
type Id = Vec<u8>;
type SqlInstant = sql_types::BigInt;
type Instant = i64;

fn id(bits: u128) -> Id {
    bits.to_be_bytes().into()
}

/// Opens a database with the settings that the server has.
pub(super) fn open(path: &Path) -> io::Result<Conn> {
    let mut connection = Conn::establish(&path.to_string_lossy()).map_err(io::Error::other)?;
    let settings = "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; \
        PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";
    connection
        .batch_execute(settings)
        .map_err(io::Error::other)?;
    Ok(connection)
}

pub(super) fn fill(messages: usize) -> String {
    format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {messages}),
             authors AS (SELECT room_id, user_id, row_number() OVER () - 1 AS place FROM members)
         INSERT INTO messages (id, room_id, timeline_id, seq, author_id, fingerprint, body, sent_at)
         SELECT unhex(printf('%032x', n)), room_id, room_id, n, user_id, zeroblob(32), 'Message ' || n, n
         FROM numbers JOIN authors ON place = n % (SELECT count(*) FROM members);
         UPDATE rooms SET last_seq = {messages};
         ANALYZE;"
    )
}
