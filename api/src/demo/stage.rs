//! Acting the story out: everything goes through the use cases, as if people did it.

use futures_util::future::{join_all, try_join, try_join_all};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::script::{Change, Line, Scene};
use crate::model::{Message, MessageId, RoomId};
use crate::services::messages::MessageDraft;
use crate::services::{Result, Services, Viewer};

/// How many change something at once, besides those who send.
const AT_ONCE: usize = 4;

/// The people and the rooms, once they are there.
pub struct Stage<'a> {
    pub services: &'a Services,
    pub people: Vec<Viewer>,
    pub rooms: Vec<RoomId>,
    /// Who keeps each room.
    pub keepers: Vec<Viewer>,
}

/// What came of a line.
pub struct Said<'a> {
    line: &'a Line,
    room: RoomId,
    id: MessageId,
}

impl Stage<'_> {
    /// People talk everywhere at once, and in each room one after the other; meanwhile others look
    /// at what was said before.
    pub async fn play<'b>(&self, scene: &'b Scene, before: &[Said<'_>]) -> Result<Vec<Said<'b>>> {
        let talks = scene.talks.iter();
        let talks = try_join_all(talks.map(|(place, lines)| self.talk(*place, lines)));
        let (said, ()) = try_join(talks, self.look_at(before)).await?;
        Ok(said.into_iter().flatten().collect())
    }

    /// People answer in threads, and react; some think better of what they said.
    pub async fn look_at(&self, said: &[Said<'_>]) -> Result<()> {
        stream::iter(said)
            .map(|said| async move {
                self.answer(said).await?;
                self.look_again(said).await
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn talk<'b>(&self, place: usize, lines: &'b [Line]) -> Result<Vec<Said<'b>>> {
        let room = self.rooms[place];
        let mut said: Vec<Said> = Vec::new();
        for line in lines {
            let answered = line.answers.and_then(|back| said.len().checked_sub(back));
            let draft = MessageDraft {
                reply_to: answered.map(|at| said[at].id),
                ..plain(room, &line.body)
            };
            let author = self.people[line.author];
            let Message { id, .. } = self.services.messages.send(author, draft).await?;
            if line.is_pinned {
                let keeper = self.keepers[place];
                self.services.messages.pin(keeper, id, true).await?;
            }
            said.push(Said { line, room, id });
        }
        Ok(said)
    }

    async fn answer(&self, said: &Said<'_>) -> Result<()> {
        for (author, body) in &said.line.thread {
            let draft = MessageDraft {
                thread_root: Some(said.id),
                ..plain(said.room, body)
            };
            let author = self.people[*author];
            self.services.messages.send(author, draft).await?;
        }
        Ok(())
    }

    async fn look_again(&self, said: &Said<'_>) -> Result<()> {
        let Said { line, room, id } = *said;
        let messages = &self.services.messages;
        for (person, emoji) in &line.reactions {
            messages
                .react(self.people[*person], id, emoji, false, None)
                .await?;
        }
        let author = self.people[line.author];
        match &line.becomes {
            Some(Change::Edited(body)) => {
                drop(messages.edit(author, id, body.clone(), None).await?)
            }
            Some(Change::Deleted) => drop(messages.delete(author, id).await?),
            None => {}
        }
        let mut readers: Vec<usize> = line.thread.iter().map(|(reader, _)| *reader).collect();
        if !readers.is_empty() {
            readers.push(line.author);
            readers.sort_unstable();
            readers.dedup();
        }
        // Whoever has the highest number of those in a thread is behind with it.
        readers.truncate(readers.len().saturating_sub(1));
        for reader in readers {
            let reader = self.people[reader];
            let threads = &self.services.threads;
            threads.mark_read(reader, room, id, i64::MAX).await?;
        }
        Ok(())
    }

    /// Everyone's devices are logged out: nobody has their tokens.
    pub async fn leave(&self) -> Result<()> {
        let sessions = &self.services.sessions;
        let ended = self
            .people
            .iter()
            .map(|viewer| sessions.end(viewer.session_id));
        join_all(ended).await.into_iter().collect()
    }
}

fn plain(room_id: RoomId, body: &str) -> MessageDraft {
    MessageDraft {
        room_id,
        thread_root: None,
        body: body.to_owned(),
        client_id: None,
        reply_to: None,
    }
}
