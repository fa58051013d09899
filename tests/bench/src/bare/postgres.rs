//! PostgreSQL by itself.

use diesel::data_types::PgTimestamp;
use diesel::sql_types;
use uuid::Uuid;

#[path = "queries.rs"]
pub(super) mod queries;

type Conn = super::PgConnection;
type SqlId = sql_types::Uuid;
type Id = Uuid;
type SqlInstant = sql_types::Timestamptz;
type Instant = PgTimestamp;

fn id(bits: u128) -> Id {
    Uuid::from_u128(bits)
}

pub(super) fn fill(messages: usize) -> String {
    format!(
        "WITH authors AS (SELECT room_id, user_id, row_number() OVER () - 1 AS place FROM members)
         INSERT INTO messages (id, room_id, timeline_id, seq, author_id, fingerprint, body, sent_at)
         SELECT lpad(to_hex(n), 32, '0')::uuid, room_id, room_id, n, user_id, decode(repeat('00', 32), 'hex'),
             'Message ' || n, to_timestamp(n)
         FROM generate_series(1, {messages}) AS n
         JOIN authors ON place = n % (SELECT count(*) FROM members);
         UPDATE rooms SET last_seq = {messages}"
    )
}
