//! A message as its reader sees it: with what they did to it and the server does not know yet.

use super::items::{
    ChangeKind, MessageTarget, RefusedChange, SendState, TimelineMessage, TimelineReaction,
};
use super::lines::key;
use crate::model::{Quote, User};
use crate::store::{self, Entry, Target, Task};
use crate::sync::Core;
use crate::{ClientId, Message, MessageId, Reaction};

impl Core {
    pub(super) fn shown(
        &self,
        message: &Message,
        own: &User,
    ) -> store::Result<(String, TimelineMessage)> {
        let target = MessageTarget::Sent(message.id.clone());
        let is_own = message.author.id == self.viewer;
        let own_key = message.client_id.as_ref().filter(|_| is_own);
        let line = key(&target, own_key.map(ClientId::as_str));
        let mentions_viewer =
            message.mentions_room || message.mentions.iter().any(|user| user.id == self.viewer);
        let mut shown = TimelineMessage {
            target,
            seq: Some(message.seq),
            author: message.author.clone(),
            is_own,
            continues: false,
            body: message.body.clone(),
            at: message.sent_at,
            is_edited: message.edited_at.is_some(),
            is_deleted: message.deleted_at.is_some(),
            is_pinned: message.pinned_at.is_some(),
            reply_to: match &message.reply_to {
                Some(quote) => Some(self.as_it_is_now(quote)?),
                None => None,
            },
            thread: message.thread.clone(),
            mentions_viewer,
            forwarded_from: message.forwarded_from.clone(),
            notice: message.notice.clone(),
            reactions: self.reactions(&message.reactions)?,
            state: SendState::Sent,
            refused: Vec::new(),
        };
        let target = Target::Known(message.id.clone());
        self.apply_unsaid(&mut shown, &target, own);
        Ok((line, shown))
    }

    pub(super) fn shown_unsent(
        &self,
        entry: &Entry,
        body: &str,
        reply_to: Option<&MessageId>,
        own: &User,
    ) -> store::Result<(String, TimelineMessage)> {
        let unsent = entry.key.clone().unwrap_or_else(|| ClientId::from(""));
        let target = MessageTarget::Unsent(unsent.clone());
        let reply_to = match reply_to {
            Some(id) => self.store.read().find_message(id)?.map(quote_of),
            None => None,
        };
        let mut shown = TimelineMessage {
            target: target.clone(),
            seq: None,
            author: own.clone(),
            is_own: true,
            continues: false,
            body: body.to_owned(),
            at: entry.created_at,
            is_edited: false,
            is_deleted: false,
            is_pinned: false,
            reply_to,
            thread: None,
            mentions_viewer: false,
            forwarded_from: None,
            notice: None,
            reactions: Vec::new(),
            state: self.send_state(entry),
            refused: Vec::new(),
        };
        let target_of_changes = self.outbox.resolve(Target::Unsent(unsent));
        self.apply_unsaid(&mut shown, &target_of_changes, own);
        Ok((key(&target, None), shown))
    }

    fn reactions(&self, reactions: &[Reaction]) -> store::Result<Vec<TimelineReaction>> {
        let rows = self.store.read();
        let shown = reactions.iter().map(|reaction| {
            let mut users = Vec::new();
            for id in &reaction.users {
                users.extend(rows.find_user(id)?);
            }
            Ok(TimelineReaction {
                emoji: reaction.emoji.clone(),
                count: reaction.count,
                users,
                is_own: reaction.is_own,
            })
        });
        shown.collect()
    }

    /// What is quoted may have changed since, which the store knows if it has that message.
    fn as_it_is_now(&self, quote: &Quote) -> store::Result<Quote> {
        let now = self.store.read().find_message(&quote.id)?;
        Ok(now.map_or_else(|| quote.clone(), quote_of))
    }

    fn apply_unsaid(&self, shown: &mut TimelineMessage, target: &Target, own: &User) {
        let unsaid = self.outbox.entries.iter();
        for entry in unsaid.filter(|entry| entry.target.as_ref() == Some(target)) {
            let change = match &entry.task {
                Task::Edit { .. } => ChangeKind::Edit,
                Task::Delete => ChangeKind::Delete,
                Task::React { .. } => ChangeKind::Reaction,
                Task::Send { .. } | Task::MarkRead { .. } | Task::SaveDraft { .. } => continue,
            };
            match &entry.failure {
                Some(error) => shown.refused.push(RefusedChange {
                    entry: entry.id,
                    change,
                    error: error.clone(),
                }),
                None => apply(shown, &entry.task, own),
            }
        }
    }
}

fn apply(shown: &mut TimelineMessage, task: &Task, own: &User) {
    match task {
        Task::Edit { body } => {
            shown.body.clone_from(body);
            shown.is_edited = true;
        }
        Task::Delete => {
            shown.body.clear();
            shown.is_deleted = true;
            shown.reactions.clear();
        }
        Task::React { emoji, remove } => react(&mut shown.reactions, emoji, *remove, own),
        Task::Send { .. } | Task::MarkRead { .. } | Task::SaveDraft { .. } => {}
    }
}

fn react(reactions: &mut Vec<TimelineReaction>, emoji: &str, remove: bool, own: &User) {
    let there = reactions
        .iter_mut()
        .find(|reaction| reaction.emoji == emoji);
    match there {
        Some(reaction) if reaction.is_own == remove => {
            reaction.is_own = !remove;
            if remove {
                reaction.count = reaction.count.saturating_sub(1);
                reaction.users.retain(|user| user.id != own.id);
            } else {
                reaction.count += 1;
                reaction.users.push(own.clone());
            }
        }
        Some(_) => {}
        None if remove => {}
        None => reactions.push(TimelineReaction {
            emoji: emoji.to_owned(),
            count: 1,
            users: vec![own.clone()],
            is_own: true,
        }),
    }
    reactions.retain(|reaction| reaction.count > 0);
}

fn quote_of(message: Message) -> Quote {
    Quote {
        is_deleted: message.deleted_at.is_some(),
        id: message.id,
        author: message.author,
        body: message.body,
    }
}
