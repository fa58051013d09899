//! What the server tells in a room, in messages of whoever did it.

use super::core::{Core, Viewer};
use super::error::Result;
use super::transaction::Transaction;
use crate::model::{EventKind, MessageId, NewEvent, NewMessage, Notice, NoticeKind, Room, UserId};

/// Tells that somebody came or went, where the room wants to hear of it.
pub(super) async fn tell_of_member(
    core: &Core,
    transaction: &mut Transaction,
    room: &mut Room,
    actor: Viewer,
    notice: Notice,
) -> Result<()> {
    if !room.announces_members {
        return Ok(());
    }
    let name = match notice.user {
        Some(user) => find_name(transaction, user).await?,
        None => String::new(),
    };
    let text = match notice.kind {
        NoticeKind::Left => "left".to_owned(),
        NoticeKind::Added => format!("added @{name}"),
        NoticeKind::Removed => format!("removed @{name}"),
        _ => "joined".to_owned(),
    };
    tell(core, transaction, room, actor, notice, text, None).await
}

/// Tells that the room is called differently, or is about something else.
pub(super) async fn tell_of_change(
    core: &Core,
    transaction: &mut Transaction,
    room: &mut Room,
    actor: Viewer,
    kind: NoticeKind,
) -> Result<()> {
    let text = match (kind, &room.topic) {
        (NoticeKind::TopicChanged, Some(topic)) => {
            format!("changed the topic to “{}”", plain(topic))
        }
        (NoticeKind::TopicChanged, None) => "took the topic away".to_owned(),
        _ => format!("renamed the room to “{}”", plain(&room.name)),
    };
    let notice = Notice { kind, user: None };
    tell(core, transaction, room, actor, notice, text, None).await
}

/// Tells that a message was pinned.
pub(super) async fn tell_of_pin(
    core: &Core,
    transaction: &mut Transaction,
    room: &mut Room,
    actor: Viewer,
    message: MessageId,
) -> Result<()> {
    let notice = Notice {
        kind: NoticeKind::Pinned,
        user: None,
    };
    let text = "pinned a message".to_owned();
    tell(core, transaction, room, actor, notice, text, Some(message)).await
}

/// The text is for clients that do not know the kind.
async fn tell(
    core: &Core,
    transaction: &mut Transaction,
    room: &mut Room,
    actor: Viewer,
    notice: Notice,
    text: String,
    about: Option<MessageId>,
) -> Result<()> {
    let now = core.now();
    let new = NewMessage {
        id: core.ids.next(now),
        room_id: room.id,
        thread_root: None,
        author_id: actor.user_id,
        client_id: None,
        fingerprint: Vec::new(),
        body: text,
        mentioned: Vec::new(),
        to_everyone: false,
        reply_to: about,
        forwarded_from: None,
        sent_at: now,
    };
    let message = transaction.insert_notice(&new, notice).await?;
    room.last_seq = message.seq;
    let kind = EventKind::MessageSent {
        room: room.id,
        message: message.id,
    };
    transaction.record_about(NewEvent { at: now, kind }, message);
    Ok(())
}

async fn find_name(transaction: &mut Transaction, user: UserId) -> Result<String> {
    let found = transaction.find_users(vec![user]).await?.pop();
    Ok(found.map(|user| user.username).unwrap_or_default())
}

/// Markdown source that shows these words as they are.
fn plain(text: &str) -> String {
    let mut source = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            source.push('\\');
        }
        source.push(character);
    }
    source
}
