//! What is on the screens is what the server has.

use super::super::client::{App, OpenTimeline};
use super::super::server::{at, index};
use super::super::world::World;
use super::{Verdict, equal, reactions_of};
use crate::sync::views::{MessageTarget, SendState, TimelineContent, TimelineMessage};
use std::collections::BTreeSet;

impl World {
    /// What is on the screen is what would be there if it were opened now.
    pub(in crate::simulation) fn check_views(&mut self) -> Verdict {
        for device in 0..self.devices.len() {
            let app = self.devices[device].app.as_mut().ok_or("no app")?;
            app.follow();
            let shown = |app: &App| {
                let timelines = app.timelines.iter();
                let timelines: Vec<_> = timelines.map(|open| open.items.shown.clone()).collect();
                (app.rooms.shown.clone(), timelines)
            };
            let before = shown(app);
            self.with_core(device, |core, at| core.look_again(at));
            let app = self.devices[device].app.as_mut().ok_or("no app")?;
            app.follow();
            let now = shown(app);
            for (before, now) in before.0.into_iter().zip(now.0) {
                equal(|| format!("a room on device {device}"), before, now)?;
            }
            for (number, (before, now)) in before.1.into_iter().zip(now.1).enumerate() {
                let timeline = app.timelines[number].timeline.clone();
                let lines = before.into_iter().zip(now.clone());
                for (before, now) in lines {
                    let what = || format!("a line of {timeline:?} on device {device}");
                    equal(what, before, now)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn check_timeline(&self, device: usize, open: &OpenTimeline) -> Verdict {
        let user = self.devices[device].user;
        let what = |part: &str| format!("{part} of {:?} on device {device}", open.timeline);
        let items = &open.items.shown;
        let keys: BTreeSet<&str> = items.iter().map(|item| item.key.as_str()).collect();
        equal(|| what("how many lines"), items.len(), keys.len())?;
        let shown: Vec<&TimelineMessage> = items
            .iter()
            .filter_map(|item| match &item.content {
                TimelineContent::Message(message) => Some(message.as_ref()),
                _ => None,
            })
            .collect();
        let room = index(open.timeline.room().as_str());
        let root = open.timeline.root().map(|root| index(root.as_str()));
        let is_in = self.server.rooms[room].members.contains_key(&user);
        let should = match is_in {
            true => self.server.timeline(room, root),
            false => Vec::new(),
        };
        let sent = shown.iter().filter(|message| message.seq.is_some());
        let sent: Vec<&TimelineMessage> = sent.copied().collect();
        let seqs: Vec<u64> = sent.iter().filter_map(|message| message.seq).collect();
        if open.is_whole {
            let should: Vec<u64> = (1..=should.len() as u64).collect();
            equal(|| what("the messages"), &seqs, &should)?;
        }
        if open.is_whole && root.is_none() {
            let typing = items.iter().find_map(|item| match &item.content {
                TimelineContent::Typing(users) => Some(users.as_slice()),
                _ => None,
            });
            let typing = typing.unwrap_or_default().iter();
            let typing: Vec<&str> = typing.map(|user| user.display_name.as_str()).collect();
            let should = self.server.others_typing(room, user).into_iter();
            let should = should.map(|user| self.server.people[user].name.as_str());
            equal(|| what("who writes"), typing, should.collect())?;
        }
        let is_run = seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        equal(|| what(&format!("a gap in {seqs:?}")), is_run, true)?;
        for message in sent {
            let seq = message.seq.unwrap_or_default() as usize;
            let id = *should.get(seq - 1).ok_or_else(|| what("too much"))?;
            self.check_line(&what(&format!("line {seq}")), user, id, message)?;
        }
        for message in shown.iter().filter(|message| message.seq.is_none()) {
            let is_refused = matches!(message.state, SendState::Failed { .. });
            equal(|| what("still being sent"), is_refused, true)?;
        }
        Ok(())
    }

    pub(super) fn check_line(
        &self,
        what: &str,
        user: usize,
        id: usize,
        line: &TimelineMessage,
    ) -> Verdict {
        let message = &self.server.messages[id];
        let part = |part: &str| format!("{part} of {what}");
        let target = MessageTarget::Sent(format!("msg_{id}").as_str().into());
        equal(|| part("the id"), &line.target, &target)?;
        equal(|| part("the text"), &line.body, &message.body)?;
        equal(
            || part("edited"),
            line.is_edited,
            message.edited_at.is_some(),
        )?;
        equal(
            || part("deleted"),
            line.is_deleted,
            message.deleted_at.is_some(),
        )?;
        let name = &self.server.people[message.author].name;
        equal(|| part("the author"), &line.author.display_name, name)?;
        equal(|| part("own"), line.is_own, message.author == user)?;
        let reactions = line.reactions.iter();
        let reactions = reactions
            .map(|reaction| (reaction.emoji.as_str(), reaction.count, reaction.is_own))
            .collect();
        equal(|| part("reactions"), reactions, reactions_of(message, user))?;
        let quote = line.reply_to.as_ref().map(|quote| quote.body.as_str());
        let quoted = message
            .first
            .1
            .map(|id| self.server.messages[id].body.as_str());
        equal(|| part("what it answers"), quote, quoted)?;
        let replies = line.thread.as_ref().map(|thread| thread.reply_count);
        let has_thread = self.server.threads.contains_key(&id);
        let should = has_thread.then(|| self.server.reply_count(id) as u64);
        equal(|| part("replies"), replies, should)?;
        equal(
            || part("pinned"),
            line.is_pinned,
            message.pinned_at.is_some(),
        )?;
        let name = |user: usize| self.server.people[user].name.as_str();
        let from = line.forwarded_from.as_ref();
        let first = message.forwarded_from.map(|id| &self.server.messages[id]);
        equal(
            || part("whose words"),
            from.map(|from| (from.author.display_name.as_str(), from.sent_at)),
            first.map(|first| (name(first.author), at(first.sent_at))),
        )?;
        let notice = line.notice.as_ref().map(|notice| {
            let whom = notice.user.as_ref();
            let kind = format!("{:?}", notice.kind).to_uppercase();
            (kind, whom.map(|user| user.display_name.as_str()))
        });
        let told = message.notice;
        let told = told.map(|(kind, whom)| (kind.to_owned(), whom.map(name)));
        equal(|| part("what it tells"), notice, told)?;
        equal(|| part("state"), &line.state, &SendState::Sent)
    }
}
