//! What happens, in a few words, for whoever reads the story.

use crate::model::Room;
use crate::operations::sync::{Change, Event};
use crate::store::Timeline;
use crate::sync::{Answer, Call, Effect, Input, Update};
use crate::{Error, Message};

pub(super) fn message(message: &Message) -> String {
    let place = match Timeline::of(message) {
        Timeline::Room(room) => format!("{room}"),
        Timeline::Thread(room, root) => format!("{room}/{root}"),
    };
    let edited = if message.edited_at.is_some() {
        " edited"
    } else {
        ""
    };
    let deleted = if message.deleted_at.is_some() {
        " deleted"
    } else {
        ""
    };
    let thread = message.thread.as_ref().map(|thread| thread.reply_count);
    let reactions = message.reactions.iter();
    let reactions: Vec<String> = reactions
        .map(|reaction| format!("{}{}", reaction.emoji, reaction.count))
        .collect();
    format!(
        "{} in {place}#{} {:?} by {}{edited}{deleted}{reactions:?}{}",
        message.id,
        message.seq,
        message.body,
        message.author.display_name,
        thread.map_or_else(String::new, |count| format!(" {count} replies")),
    )
}

fn room(room: &Room) -> String {
    let own = room.membership.as_ref().map(|own| {
        let draft = own.draft.as_ref().map(|draft| draft.body.as_str());
        let unread = (own.unread.messages, own.unread.mentions);
        format!(
            "read {} unread {unread:?} draft {draft:?}",
            own.last_read_seq
        )
    });
    let last = room.last_message.as_ref().map(|last| last.id.as_str());
    let count = room.member_count;
    format!(
        "{} {:?} of {count} last {last:?} {own:?}",
        room.id, room.name
    )
}

fn event(event: &Event) -> String {
    match &event.change {
        Change::Sent(said, root) | Change::Changed(said, root) => {
            let root = root.as_ref().map(|root| root.thread.as_ref());
            let replies = root.map(|thread| thread.map(|thread| thread.reply_count));
            let replies = replies.map_or_else(String::new, |count| format!(" of {count:?}"));
            format!("{}{replies}", message(said))
        }
        Change::Reactions(said) => format!("reactions: {}", message(said)),
        Change::MemberJoined(member) => format!("{} joined {}", member.user.id, event.room),
        Change::MemberChanged(member) => format!(
            "{} is {:?} in {}",
            member.user.id, member.user.display_name, event.room
        ),
        Change::MemberLeft(user) => format!("{} left {}", user.id, event.room),
        other => format!("{other:?} in {}", event.room),
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    parts.join("; ")
}

pub(super) fn answer(answer: &Result<Answer, Error>) -> String {
    match answer {
        Ok(Answer::Overview(overview)) => format!(
            "overview at {}: {} next {:?}",
            overview.cursor,
            list(overview.rooms.iter().map(room)),
            overview.next
        ),
        Ok(Answer::Standing(standing)) => format!(
            "standing: {}; {:?}",
            list(standing.rooms.iter().map(room)),
            standing.threads
        ),
        Ok(Answer::Page(page)) => format!("page: {}", list(page.messages.iter().map(message))),
        Ok(Answer::Message(said)) => message(said),
        other => format!("{other:?}"),
    }
}

pub(super) fn input(what: &Input) -> String {
    match what {
        Input::Received(Update::Events(batch)) => format!(
            "events up to {}{}{}: {}",
            batch.cursor,
            if batch.live { " live" } else { "" },
            if batch.reset { " reset" } else { "" },
            list(batch.events.iter().map(event))
        ),
        Input::Answered(id, answered) => format!("{id:?}: {}", answer(answered)),
        other => format!("{other:?}"),
    }
}

pub(super) fn call(call: &Call) -> String {
    format!("{call:?}")
}

pub(super) fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Call(id, asked) => format!("{id:?}: {}", call(asked)),
        other => format!("{other:?}"),
    }
}
