//! Sending on SQLite: a batch is one transaction, on one thread from beginning to end.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::{append, mentioning, threading};
use crate::model::{Member, NewMessage, Room};
use crate::storage::rows::{MemberRow, MessageRow, RoomRow};
use crate::storage::schema::{members, messages, rooms};
use crate::storage::sending::{ByKey, Known, Plan, SendRule, Sent, Stop};

pub(super) fn send<R>(
    conn: &mut SqliteConnection,
    new: &[NewMessage],
    rule: SendRule<R>,
) -> QueryResult<Vec<Sent<R>>> {
    let mut once = |look_up| {
        conn.immediate_transaction(|conn| {
            let known = known(conn, new, look_up)?;
            let plan = Plan::make(new, known, rule).ok_or(Stop::LookUp)?;
            write(conn, &plan)?;
            mentioning::insert(conn, &plan.mentioned)?;
            threading::write(conn, &plan)?;
            let events = append(conn, plan.events())?;
            Ok(plan.fulfilled(events))
        })
    };
    match once(false) {
        Err(Stop::LookUp) => once(true).map_err(Stop::into_error),
        ended => ended.map_err(Stop::into_error),
    }
}

fn known(conn: &mut SqliteConnection, new: &[NewMessage], look_up: bool) -> QueryResult<Known> {
    let mut known = Known::default();
    let in_rooms: HashSet<_> = new.iter().map(|message| message.room_id).collect();
    for id in in_rooms {
        let room = rooms::table.find(id).select(RoomRow::as_select());
        let room: Option<RoomRow> = room.first(conn).optional()?;
        known.rooms.extend(room.map(|room| (id, Room::from(room))));
    }
    let senders: HashSet<_> = new
        .iter()
        .map(|message| (message.room_id, message.author_id))
        .collect();
    for place in senders {
        let member = members::table.find(place).select(MemberRow::as_select());
        let member: Option<MemberRow> = member.first(conn).optional()?;
        let member = member.map(|member| (place, Member::from(member)));
        known.members.extend(member);
    }
    known.threads = threading::last_seqs(conn, new)?;
    if look_up {
        known.sent_before = Some(sent_before(conn, new)?);
    }
    Ok(known)
}

fn sent_before(conn: &mut SqliteConnection, new: &[NewMessage]) -> QueryResult<ByKey> {
    let mut sent = HashMap::new();
    for key in new.iter().filter_map(NewMessage::key) {
        let row: Option<(MessageRow, Vec<u8>)> = messages::table
            .filter(messages::author_id.eq(key.0))
            .filter(messages::client_id.eq(&key.1))
            .select((MessageRow::as_select(), messages::fingerprint))
            .first(conn)
            .optional()?;
        sent.extend(row.map(|(message, fingerprint)| (key, (message.into(), fingerprint))));
    }
    Ok(sent)
}

fn write<R>(conn: &mut SqliteConnection, plan: &Plan<R>) -> Result<(), Stop> {
    for (message, fingerprint) in &plan.messages {
        let inserted = diesel::insert_into(messages::table)
            .values((
                messages::id.eq(message.id),
                messages::room_id.eq(message.room_id),
                messages::timeline_id.eq(message.timeline()),
                messages::seq.eq(message.seq),
                messages::author_id.eq(message.author_id),
                messages::client_id.eq(&message.client_id),
                messages::fingerprint.eq(fingerprint),
                messages::body.eq(&message.body),
                messages::reply_to_id.eq(message.reply_to),
                messages::sent_at.eq(message.sent_at),
                messages::mentions_room.eq(message.mentions_room),
                messages::forwarded_from_id.eq(message.forwarded_from),
            ))
            .on_conflict((messages::author_id, messages::client_id))
            .do_nothing()
            .execute(conn)?;
        if inserted == 0 {
            return Err(Stop::LookUp);
        }
    }
    for (room, user, at) in &plan.slowed {
        diesel::update(members::table.find((room, user)))
            .set(members::last_sent_at.eq(at))
            .execute(conn)?;
    }
    for room in &plan.rooms {
        diesel::update(rooms::table.find(room.id))
            .set((
                rooms::last_seq.eq(room.last_seq),
                rooms::last_active_at.eq(room.last_active_at),
            ))
            .execute(conn)?;
    }
    Ok(())
}
