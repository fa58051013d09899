//! The tables, in types that exist on both databases.

/// SQL types that each database stores in its own way.
pub mod sql {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::{SqlOrd, SqlType};

    /// `uuid` on PostgreSQL, a 16-byte `blob` on SQLite.
    #[derive(Debug, Clone, Copy, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951))]
    #[diesel(sqlite_type(name = "Binary"))]
    pub struct Uuid;

    /// `timestamptz` on PostgreSQL, microseconds since the Unix epoch on SQLite.
    #[derive(Debug, Clone, Copy, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185))]
    #[diesel(sqlite_type(name = "Long"))]
    pub struct Instant;

    impl SqlOrd for Instant {}
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use super::sql::{Instant, Uuid};

    users (id) {
        id -> Uuid,
        username -> Text,
        display_name -> Text,
        password_hash -> Text,
        created_at -> Instant,
        last_seen_at -> Nullable<Instant>,
        bio -> Nullable<Text>,
        status_text -> Nullable<Text>,
        status_emoji -> Nullable<Text>,
        status_expires_at -> Nullable<Instant>,
        deleted_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use super::sql::Uuid;

    name_words (word, user_id) {
        word -> Text,
        user_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::Bool;
    use super::sql::Uuid;

    departures (user_id) {
        user_id -> Uuid,
        erases_messages -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use super::sql::{Instant, Uuid};

    audit_log (number) {
        number -> BigInt,
        room_id -> Uuid,
        actor_id -> Uuid,
        action -> Text,
        target_id -> Nullable<Uuid>,
        message_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        role -> Nullable<Text>,
        until -> Nullable<Instant>,
        at -> Instant,
    }
}

diesel::table! {
    use super::sql::{Instant, Uuid};

    blocks (blocker_id, blocked_id) {
        blocker_id -> Uuid,
        blocked_id -> Uuid,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::Binary;
    use super::sql::Uuid;

    former_usernames (digest) {
        digest -> Binary,
        user_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use super::sql::{Instant, Uuid};

    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        device -> Text,
        generation -> Integer,
        rotated_at -> Instant,
        attempt_id -> Nullable<Text>,
        created_at -> Instant,
        last_used_at -> Instant,
        last_used_from -> Text,
        ended_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::sql::{Instant, Uuid};

    rooms (id) {
        id -> Uuid,
        kind -> Text,
        name -> Text,
        name_key -> Nullable<Text>,
        pair_key -> Nullable<Text>,
        topic -> Nullable<Text>,
        created_at -> Instant,
        member_count -> Integer,
        last_seq -> BigInt,
        last_active_at -> Instant,
        slow_mode_seconds -> Integer,
        announcement_only -> Bool,
        announces_members -> Bool,
        archived_at -> Nullable<Instant>,
        is_severed -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use super::sql::{Instant, Uuid};

    members (room_id, user_id) {
        room_id -> Uuid,
        user_id -> Uuid,
        role -> Text,
        joined_at -> Instant,
        joined_position -> BigInt,
        last_read_seq -> BigInt,
        read_at -> Nullable<Instant>,
        muted_until -> Nullable<Instant>,
        mute_reason -> Nullable<Text>,
        last_sent_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use super::sql::{Instant, Uuid};

    sanctions (room_id, user_id, kind) {
        room_id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        reason -> Nullable<Text>,
        creator_id -> Uuid,
        created_at -> Instant,
        expires_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use super::sql::{Instant, Uuid};

    invites (code) {
        code -> Text,
        room_id -> Uuid,
        creator_id -> Uuid,
        created_at -> Instant,
        expires_at -> Nullable<Instant>,
        max_uses -> Nullable<Integer>,
        uses -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
    use super::sql::{Instant, Uuid};

    messages (id) {
        id -> Uuid,
        room_id -> Uuid,
        timeline_id -> Uuid,
        seq -> BigInt,
        author_id -> Uuid,
        client_id -> Nullable<Text>,
        fingerprint -> Binary,
        body -> Text,
        reply_to_id -> Nullable<Uuid>,
        sent_at -> Instant,
        edited_at -> Nullable<Instant>,
        deleted_at -> Nullable<Instant>,
        pinned_at -> Nullable<Instant>,
        mentions_room -> Bool,
        forwarded_from_id -> Nullable<Uuid>,
        notice -> Nullable<Text>,
        notice_user_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use super::sql::{Instant, Uuid};

    message_versions (message_id, number) {
        message_id -> Uuid,
        number -> Integer,
        body -> Text,
        written_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool};
    use super::sql::Uuid;

    mentions (message_id, user_id) {
        message_id -> Uuid,
        user_id -> Uuid,
        timeline_id -> Uuid,
        seq -> BigInt,
        silent -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;
    use super::sql::{Instant, Uuid};

    threads (root_id) {
        root_id -> Uuid,
        room_id -> Uuid,
        last_seq -> BigInt,
        last_reply_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool};
    use super::sql::Uuid;

    thread_members (root_id, user_id) {
        root_id -> Uuid,
        user_id -> Uuid,
        room_id -> Uuid,
        following -> Bool,
        last_read_seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use super::sql::{Instant, Uuid};

    reactions (message_id, user_id, emoji) {
        message_id -> Uuid,
        user_id -> Uuid,
        emoji -> Text,
        reacted_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use super::sql::{Instant, Uuid};

    drafts (user_id, room_id) {
        user_id -> Uuid,
        room_id -> Uuid,
        body -> Text,
        reply_to_id -> Nullable<Uuid>,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;
    use super::sql::Uuid;

    latest_changes (session_id, subject_id) {
        session_id -> Uuid,
        subject_id -> Uuid,
        made_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use super::sql::{Instant, Uuid};

    scheduled_messages (id) {
        id -> Uuid,
        author_id -> Uuid,
        client_id -> Nullable<Text>,
        fingerprint -> Binary,
        room_id -> Uuid,
        thread_root_id -> Nullable<Uuid>,
        reply_to_id -> Nullable<Uuid>,
        body -> Text,
        send_at -> Instant,
        claimed_at -> Nullable<Instant>,
        message_id -> Nullable<Uuid>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use super::sql::{Instant, Uuid};

    events (position) {
        position -> BigInt,
        at -> Instant,
        kind -> Text,
        room_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        message_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, SmallInt};

    log_head (id) {
        id -> SmallInt,
        position -> BigInt,
    }
}

diesel::joinable!(members -> rooms (room_id));
diesel::joinable!(messages -> rooms (room_id));
diesel::joinable!(members -> users (user_id));
diesel::joinable!(mentions -> users (user_id));
diesel::joinable!(mentions -> messages (message_id));
diesel::joinable!(thread_members -> threads (root_id));
diesel::joinable!(sessions -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(
    users,
    blocks,
    name_words,
    sessions,
    rooms,
    members,
    messages,
    message_versions,
    mentions,
    threads,
    thread_members,
    reactions,
    events
);
