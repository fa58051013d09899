//! How the model's types travel in columns, on each database.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use std::io::Write;
use uuid::Uuid;

use super::schema::sql;
use crate::model::{
    AuditAction, MessageId, NoticeKind, Position, Role, RoomId, RoomKind, SanctionKind,
    ScheduledMessageId, SessionId, SubjectId, TimelineId, Timestamp, UserId,
};

/// PostgreSQL counts microseconds from the year 2000.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

macro_rules! id_columns {
    ($($id:ident as $proxy:ident),*) => {$(
        #[derive(AsExpression, FromSqlRow)]
        #[diesel(foreign_derive)]
        #[diesel(sql_type = sql::Uuid)]
        #[expect(dead_code, reason = "only its derives are wanted")]
        struct $proxy($id);

        impl ToSql<sql::Uuid, Pg> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.as_uuid().as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl ToSql<sql::Uuid, Sqlite> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.as_uuid().as_bytes().as_slice());
                Ok(IsNull::No)
            }
        }

        impl FromSql<sql::Uuid, Pg> for $id {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                Ok(Uuid::from_slice(value.as_bytes())?.into())
            }
        }

        impl FromSql<sql::Uuid, Sqlite> for $id {
            fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                Ok(Uuid::from_slice(&bytes)?.into())
            }
        }
    )*};
}

id_columns!(
    UserId as UserIdColumn,
    SessionId as SessionIdColumn,
    RoomId as RoomIdColumn,
    MessageId as MessageIdColumn,
    ScheduledMessageId as ScheduledMessageIdColumn,
    TimelineId as TimelineIdColumn,
    SubjectId as SubjectIdColumn
);

#[derive(AsExpression, FromSqlRow)]
#[diesel(foreign_derive)]
#[diesel(sql_type = sql::Instant)]
#[expect(dead_code, reason = "only its derives are wanted")]
struct TimestampColumn(Timestamp);

impl ToSql<sql::Instant, Pg> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // A cursor may hold any number.
        let micros = self.as_micros().saturating_sub(POSTGRES_EPOCH_MICROS);
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<sql::Instant, Sqlite> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.as_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<sql::Instant, Pg> for Timestamp {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        Ok(Self::from_micros(
            micros.saturating_add(POSTGRES_EPOCH_MICROS),
        ))
    }
}

impl FromSql<sql::Instant, Sqlite> for Timestamp {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self::from_micros(
            <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?,
        ))
    }
}

#[derive(AsExpression, FromSqlRow)]
#[diesel(foreign_derive)]
#[diesel(sql_type = BigInt)]
#[expect(dead_code, reason = "only its derives are wanted")]
struct PositionColumn(Position);

impl<DB> ToSql<BigInt, DB> for Position
where
    DB: diesel::backend::Backend,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<BigInt, DB> for Position
where
    DB: diesel::backend::Backend,
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(i64::from_sql(value)?))
    }
}

/// Enumerations are stored as lower-case words, so that an operator can read them.
macro_rules! word_columns {
    ($($enum:ident as $proxy:ident { $($variant:ident = $word:literal),* })*) => {$(
        #[derive(AsExpression, FromSqlRow)]
        #[diesel(foreign_derive)]
        #[diesel(sql_type = Text)]
        #[expect(dead_code, reason = "only its derives are wanted")]
        struct $proxy($enum);

        impl<DB> ToSql<Text, DB> for $enum
        where
            DB: diesel::backend::Backend,
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                match self {
                    $(Self::$variant => <str as ToSql<Text, DB>>::to_sql($word, out),)*
                }
            }
        }

        impl<DB> FromSql<Text, DB> for $enum
        where
            DB: diesel::backend::Backend,
            String: FromSql<Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                match String::from_sql(value)?.as_str() {
                    $($word => Ok(Self::$variant),)*
                    unknown => Err(format!("unknown {}: {unknown}", stringify!($enum)).into()),
                }
            }
        }
    )*};
}

word_columns! {
    RoomKind as RoomKindColumn { Channel = "channel", Group = "group", Direct = "direct" }
    AuditAction as AuditActionColumn {
        Ban = "ban",
        Unban = "unban",
        Mute = "mute",
        Unmute = "unmute",
        RemoveMember = "remove_member",
        SetRole = "set_role",
        UpdateRoom = "update_room",
        RevokeInvite = "revoke_invite",
        DeleteMessage = "delete_message"
    }
    SanctionKind as SanctionKindColumn { Ban = "ban", Mute = "mute" }
    NoticeKind as NoticeKindColumn {
        Joined = "joined",
        Left = "left",
        Added = "added",
        Removed = "removed",
        Renamed = "renamed",
        TopicChanged = "topic_changed",
        Pinned = "pinned"
    }
    Role as RoleColumn { Owner = "owner", Admin = "admin", Member = "member" }
}
