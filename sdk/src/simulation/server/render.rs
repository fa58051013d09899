//! What the server has, as it tells it: all that any of the client's operations select.

use super::{Event, Server, at};
use serde_json::{Value, json};

impl Server {
    pub(super) fn user(&self, user: usize) -> Value {
        json!({
            "__typename": "User",
            "id": format!("usr_{user}"),
            "username": format!("usr{user}"),
            "displayName": self.people[user].name,
            "isDeleted": false,
            "createdAt": at(std::time::Duration::ZERO).to_string(),
        })
    }

    pub(super) fn message(&self, id: usize, viewer: usize) -> Value {
        let mut message = self.shared_message(id, viewer);
        let reactions = self.messages[id].reactions.iter().map(|(emoji, users)| {
            let first = users.iter().take(1).map(|user| self.user(*user));
            json!({
                "emoji": emoji,
                "count": users.len(),
                "users": first.collect::<Vec<_>>(),
                "viewerReacted": users.contains(&viewer),
            })
        });
        message["reactions"] = reactions.collect();
        message
    }

    /// As it is rendered for everyone: of who gave a reaction only some are named.
    fn shared_message(&self, id: usize, viewer: usize) -> Value {
        let message = &self.messages[id];
        let reply_to = message.first.1.map(|id| {
            let quoted = &self.messages[id];
            json!({
                "id": format!("msg_{id}"),
                "author": self.user(quoted.author),
                "body": quoted.body,
                "deletedAt": quoted.deleted_at.map(|time| at(time).to_string()),
            })
        });
        let root = message.root.map(
            |root| json!({ "id": format!("msg_{root}"), "thread": self.thread(root, viewer) }),
        );
        let reactions = message.reactions.iter().map(|(emoji, users)| {
            let first = users.iter().take(2).map(|user| self.user(*user));
            let first: Vec<Value> = first.collect();
            json!({ "emoji": emoji, "count": users.len(), "users": first })
        });
        let forwarded_from = message.forwarded_from.map(|id| {
            let first = &self.messages[id];
            json!({ "author": self.user(first.author), "sentAt": at(first.sent_at).to_string() })
        });
        let notice = message.notice.map(|(kind, whom)| {
            let whom = whom.map(|user| self.user(user));
            json!({ "kind": kind, "user": whom })
        });
        let mentions = message.mentions.iter().map(|user| self.user(*user));
        json!({
            "__typename": "Message",
            "id": format!("msg_{id}"),
            "room": { "id": format!("room_{}", message.room) },
            "author": self.user(message.author),
            "seq": message.seq,
            "clientId": message.key,
            "body": message.body,
            "sentAt": at(message.sent_at).to_string(),
            "editedAt": message.edited_at.map(|time| at(time).to_string()),
            "deletedAt": message.deleted_at.map(|time| at(time).to_string()),
            "pinnedAt": message.pinned_at.map(|time| at(time).to_string()),
            "replyTo": reply_to,
            "threadRoot": root,
            "thread": self.thread(id, viewer),
            "mentions": mentions.collect::<Vec<_>>(),
            "mentionsRoom": false,
            "forwardedFrom": forwarded_from,
            "notice": notice,
            "reactions": reactions.collect::<Vec<_>>(),
        })
    }

    pub(super) fn thread(&self, root: usize, viewer: usize) -> Value {
        let Some(thread) = self.threads.get(&root) else {
            return Value::Null;
        };
        let (following, read) = thread.members.get(&viewer).copied().unwrap_or_default();
        let (messages, mentions) = self.unread_in_thread(root, viewer);
        json!({
            "root": { "id": format!("msg_{root}") },
            "replyCount": self.reply_count(root),
            "lastReplyAt": at(thread.last_reply_at).to_string(),
            "following": following,
            "lastReadSeq": read,
            "unread": { "messages": messages, "mentions": mentions },
        })
    }

    pub(in crate::simulation) fn reply_count(&self, root: usize) -> usize {
        let replies = self.messages.iter();
        replies
            .filter(|reply| reply.root == Some(root) && reply.deleted_at.is_none())
            .count()
    }

    pub(super) fn membership(&self, room: usize, user: usize) -> Value {
        let Some(member) = self.rooms[room].members.get(&user) else {
            return Value::Null;
        };
        let (messages, mentions) = self.unread(room, user);
        let draft = member.draft.as_ref().map(|(body, reply_to)| {
            let reply_to = reply_to.map(|id| json!({ "id": format!("msg_{id}") }));
            json!({ "body": body, "replyTo": reply_to })
        });
        json!({
            "role": if member.is_owner { "OWNER" } else { "MEMBER" },
            "joinedAt": at(member.joined_at).to_string(),
            "lastReadSeq": member.read,
            "unread": { "messages": messages, "mentions": mentions },
            "mutedUntil": self.mutes.get(&(room, user)).map(|until| at(*until).to_string()),
            "draft": draft,
        })
    }

    pub(super) fn room(&self, id: usize, viewer: usize) -> Value {
        let room = &self.rooms[id];
        let is_member = room.members.contains_key(&viewer);
        let newest = self.timeline(id, None).last().copied();
        let newest = newest.filter(|_| is_member);
        let other = self.other_user(id, viewer);
        let pins = self.pins(id).into_iter().filter(|_| is_member);
        json!({
            "__typename": "Room",
            "id": format!("room_{id}"),
            "kind": room.kind,
            "name": self.room_name(id, viewer),
            "otherUser": other.map(|user| self.user(user)),
            "topic": room.topic,
            "slowModeSeconds": room.slow_mode_seconds,
            "announcementOnly": false,
            "announcesMembers": room.announces_members,
            "archivedAt": room.archived_at.map(|time| at(time).to_string()),
            "createdAt": at(std::time::Duration::ZERO).to_string(),
            "lastActiveAt": at(room.last_active).to_string(),
            "memberCount": room.members.len(),
            "membership": self.membership(id, viewer),
            "pinnedMessages": pins.map(|id| self.message(id, viewer)).collect::<Vec<_>>(),
            "lastMessage": newest.map(|message| self.message(message, viewer)),
        })
    }

    fn other_user(&self, room: usize, viewer: usize) -> Option<usize> {
        let room = &self.rooms[room];
        let mut people = room.members.keys().copied();
        let is_direct = room.kind == "DIRECT";
        people.find(|user| is_direct && *user != viewer)
    }

    pub(in crate::simulation) fn room_name(&self, room: usize, viewer: usize) -> String {
        match self.other_user(room, viewer) {
            Some(user) => self.people[user].name.clone(),
            None => self.rooms[room].name.clone(),
        }
    }

    fn member(&self, room: usize, user: usize) -> Value {
        let member = self.rooms[room].members.get(&user);
        let joined_at = member.map(|member| member.joined_at).unwrap_or_default();
        let is_owner = member.is_some_and(|member| member.is_owner);
        json!({
            "user": self.user(user),
            "role": if is_owner { "OWNER" } else { "MEMBER" },
            "joinedAt": at(joined_at).to_string(),
        })
    }

    pub(super) fn event(&self, event: Event, viewer: usize) -> Value {
        let room = self.room_of(event);
        let (kind, field, value) = match event {
            Event::Sent(id) => ("MessageSent", "message", self.shared_message(id, viewer)),
            Event::Edited(id) => ("MessageEdited", "message", self.shared_message(id, viewer)),
            Event::Deleted(id) => ("MessageDeleted", "message", self.shared_message(id, viewer)),
            Event::Reacted(id) => (
                "ReactionsChanged",
                "message",
                self.shared_message(id, viewer),
            ),
            Event::Room(_) => ("RoomChanged", "changed", Value::Null),
            Event::Joined(room, user) => ("MemberJoined", "member", self.member(room, user)),
            Event::Changed(room, user) => ("MemberChanged", "member", self.member(room, user)),
            Event::Left(_, user) => ("MemberLeft", "user", self.user(user)),
            Event::Thread { root, .. } => ("ThreadChanged", "thread", self.thread(root, viewer)),
            Event::Draft { room, user } => (
                "DraftChanged",
                "draft",
                self.membership(room, user)["draft"].take(),
            ),
        };
        // Whoever has left a group is told no more of it.
        let is_seen = self.can_see(room, viewer);
        let count = if is_seen {
            self.rooms[room].members.len()
        } else {
            0
        };
        json!({
            "__typename": kind,
            "room": { "id": format!("room_{room}"), "memberCount": count },
            "at": at(self.now).to_string(),
            field: value,
        })
    }

    pub(super) fn room_of(&self, event: Event) -> usize {
        match event {
            Event::Sent(id) | Event::Edited(id) | Event::Deleted(id) | Event::Reacted(id) => {
                self.messages[id].room
            }
            Event::Room(room)
            | Event::Joined(room, _)
            | Event::Changed(room, _)
            | Event::Left(room, _)
            | Event::Thread { room, .. }
            | Event::Draft { room, .. } => room,
        }
    }
}
