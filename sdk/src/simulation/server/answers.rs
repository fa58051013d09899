//! What the server answers to the client's operations.

use super::deeds::NewMessage;
use super::{Made, Outcome, Refusal, Server, Session, index};
use serde_json::{Value, json};
use std::cmp::Reverse;

/// An operation as it was asked for.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct Request {
    pub(in crate::simulation) name: String,
    pub(in crate::simulation) variables: Value,
}

/// A page of a list, and whether there is more on either side.
struct Page<T> {
    items: Vec<T>,
    has_previous: bool,
    has_next: bool,
}

impl Server {
    /// A whole GraphQL response.
    pub(in crate::simulation) fn answer(
        &mut self,
        (user, session): (usize, Session),
        request: &Request,
    ) -> Value {
        let variables = &request.variables;
        let data = match request.name.as_str() {
            "OverviewQuery" => Ok(self.overview(user, variables)),
            "StandingQuery" => Ok(self.standing(user, variables)),
            "History" => self.history(user, variables),
            "ThreadHistory" => Ok(self.thread_history(user, variables)),
            _ => self.change(user, session, request),
        };
        match data {
            Ok(data) => json!({ "data": data }),
            Err(refusal) => top_level(&refusal),
        }
    }

    fn overview(&self, user: usize, variables: &Value) -> Value {
        let mut rooms: Vec<usize> = (0..self.rooms.len())
            .filter(|room| self.rooms[*room].members.contains_key(&user))
            .collect();
        let key = |room: &usize| (Reverse(self.rooms[*room].last_active), Reverse(*room));
        rooms.sort_by_key(key);
        if let Some(after) = variables["after"].as_str() {
            let (active, room) = after.split_once(' ').expect("a cursor");
            let active = std::time::Duration::from_micros(active.parse().expect("a cursor"));
            let after = (Reverse(active), Reverse(room.parse().expect("a cursor")));
            rooms.retain(|room| key(room) > after);
        }
        let has_next = rooms.len() > self.sizes.rooms;
        rooms.truncate(self.sizes.rooms);
        let end = rooms.last().map(|room| {
            let active = self.rooms[*room].last_active.as_micros();
            format!("{active} {room}")
        });
        let nodes: Vec<Value> = rooms.iter().map(|room| self.room(*room, user)).collect();
        json!({ "viewer": {
            "user": self.user(user),
            "cursor": self.head().to_string(),
            "rooms": { "nodes": nodes, "pageInfo": { "hasNextPage": has_next, "endCursor": end } },
        } })
    }

    fn standing(&self, user: usize, variables: &Value) -> Value {
        json!({
            "nodes": self.nodes(user, &variables["ids"]),
            "pins": self.nodes(user, &variables["pinsOf"]),
        })
    }

    fn nodes(&self, user: usize, ids: &Value) -> Value {
        let ids = ids.as_array().expect("ids");
        assert!(ids.len() <= 100, "at most 100 ids");
        let nodes = ids.iter().map(|id| {
            let id = id.as_str().expect("an id");
            let number = index(id);
            if id.starts_with("room_") {
                let is_seen = self.can_see(number, user);
                return is_seen.then(|| self.room(number, user));
            }
            let is_seen = self.is_in(self.messages[number].room, user);
            is_seen.then(|| self.message(number, user))
        });
        nodes.collect()
    }

    fn is_in(&self, room: usize, user: usize) -> bool {
        self.rooms[room].members.contains_key(&user)
    }

    pub(super) fn can_see(&self, room: usize, user: usize) -> bool {
        self.is_in(room, user) || self.rooms[room].kind == "CHANNEL"
    }

    fn history(&self, user: usize, variables: &Value) -> Outcome<Value> {
        let room = index(variables["roomId"].as_str().expect("a room"));
        let viewer = json!({ "cursor": self.head().to_string() });
        if !self.can_see(room, user) {
            return Ok(json!({ "viewer": viewer, "room": null }));
        }
        if !self.is_in(room, user) {
            return Err(Refusal("FORBIDDEN", None));
        }
        let timeline = self.timeline(room, None);
        let page = match variables["around"].as_str() {
            Some(id) => {
                let mut place = index(id);
                let found = self.messages.get(place);
                let found = found.filter(|message| message.room == room);
                let found = found.ok_or(Refusal("NOT_FOUND", None))?;
                place = found.root.unwrap_or(place);
                let limit = self.sizes.messages as u64;
                let after = (self.messages[place].seq - 1).saturating_sub(limit / 2);
                let after = Some(after).filter(|after| *after > 0);
                self.page(timeline, after, None, true)
            }
            None => self.page_of(timeline, variables),
        };
        let messages = self.connection(page, user);
        Ok(json!({ "viewer": viewer, "room": { "messages": messages } }))
    }

    fn thread_history(&self, user: usize, variables: &Value) -> Value {
        let root = index(variables["root"].as_str().expect("a message"));
        let room = self.messages[root].room;
        if !self.is_in(room, user) {
            return json!({ "node": null });
        }
        let thread = self.threads.get(&root).map(|_| {
            let page = self.page_of(self.timeline(room, Some(root)), variables);
            json!({ "messages": self.connection(page, user) })
        });
        json!({ "node": { "__typename": "Message", "thread": thread } })
    }

    fn page_of(&self, timeline: Vec<usize>, variables: &Value) -> Page<usize> {
        let cursor = |name: &str| -> Option<u64> {
            let cursor = variables[name].as_str()?.strip_prefix("seq ");
            Some(cursor.expect("a cursor").parse().expect("a cursor"))
        };
        let is_forward = variables["first"].is_number();
        self.page(timeline, cursor("after"), cursor("before"), is_forward)
    }

    fn page(
        &self,
        mut timeline: Vec<usize>,
        after: Option<u64>,
        before: Option<u64>,
        is_forward: bool,
    ) -> Page<usize> {
        let seq = |id: &usize| self.messages[*id].seq;
        timeline.retain(|id| after.is_none_or(|after| seq(id) > after));
        timeline.retain(|id| before.is_none_or(|before| seq(id) < before));
        let limit = self.sizes.messages;
        let has_more = timeline.len() > limit;
        if is_forward {
            timeline.truncate(limit);
        } else {
            timeline.drain(..timeline.len().saturating_sub(limit));
        }
        Page {
            items: timeline,
            has_previous: if is_forward {
                after.is_some()
            } else {
                has_more
            },
            has_next: if is_forward {
                has_more
            } else {
                before.is_some()
            },
        }
    }

    fn connection(&self, page: Page<usize>, user: usize) -> Value {
        let cursor = |id: Option<&usize>| id.map(|id| format!("seq {}", self.messages[*id].seq));
        let nodes = page.items.iter().map(|id| self.message(*id, user));
        json!({
            "nodes": nodes.collect::<Vec<_>>(),
            "pageInfo": {
                "hasPreviousPage": page.has_previous,
                "hasNextPage": page.has_next,
                "startCursor": cursor(page.items.first()),
                "endCursor": cursor(page.items.last()),
            },
        })
    }

    fn change(&mut self, user: usize, session: Session, request: &Request) -> Outcome<Value> {
        let input = &request.variables["input"];
        let made = made(session, input);
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let id = |name: &str| input[name].as_str().map(index);
        let message = |name: &str| id(name).unwrap_or(usize::MAX);
        let (field, changed) = match request.name.as_str() {
            "SendMessage" => {
                let new = NewMessage {
                    room: message("roomId"),
                    root: id("threadRootId"),
                    reply_to: id("replyToId"),
                    key: input["clientId"].as_str().map(str::to_owned),
                    body: text("body"),
                    forwarded_from: None,
                };
                ("sendMessage", self.send(user, new))
            }
            "EditMessage" => {
                let edited = self.edit(user, message("messageId"), text("body"), made);
                ("editMessage", edited)
            }
            "DeleteMessage" => ("deleteMessage", self.delete(user, message("messageId"))),
            "React" => {
                let remove = input["remove"].as_bool().unwrap_or_default();
                let reacted = self.react(user, message("messageId"), &text("emoji"), remove, made);
                ("react", reacted)
            }
            _ => return self.keep(user, made, request),
        };
        let changed = changed.map(|id| json!({ "message": self.message(id, user) }));
        payload(field, changed)
    }

    fn keep(&mut self, user: usize, made: Option<Made>, request: &Request) -> Outcome<Value> {
        let input = &request.variables["input"];
        let id = |name: &str| input[name].as_str().map(index);
        let room = id("roomId").unwrap_or(usize::MAX);
        match request.name.as_str() {
            "MarkRead" => {
                let seq = input["seq"].as_u64().expect("a number");
                let read = match id("threadRootId") {
                    Some(root) => self.mark_thread_read(user, room, root, seq),
                    None => self.mark_read(user, room, seq),
                };
                let read = read.map(|()| {
                    let root = id("threadRootId");
                    json!({
                        "membership": self.membership(room, user),
                        "thread": root.map(|root| self.thread(root, user)),
                    })
                });
                payload("markRead", read)
            }
            "SaveDraft" => {
                let body = input["body"].as_str().unwrap_or_default().to_owned();
                let saved = self.save_draft(user, room, body, id("replyToId"), made);
                let saved = saved.map(|()| json!({ "membership": self.membership(room, user) }));
                payload("saveDraft", saved)
            }
            name => {
                let input = request.variables["input"].clone();
                let field = name[..1].to_lowercase() + &name[1..];
                let done = self.keep_room(user, name, &input);
                payload(&field, done)
            }
        }
    }
}

fn made(session: Session, input: &Value) -> Option<Made> {
    let at = input["madeAt"].as_str()?.parse().expect("an instant");
    Some((session, at))
}

/// What stands against it is data, apart from that it was too fast.
fn payload(field: &str, done: Outcome<Value>) -> Outcome<Value> {
    let payload = match done {
        Ok(mut payload) => {
            payload["userErrors"] = json!([]);
            payload
        }
        Err(refusal @ Refusal("RATE_LIMITED", _)) => return Err(refusal),
        Err(Refusal(code, _)) => json!({
            "message": null,
            "room": null,
            "membership": null,
            "thread": null,
            "userErrors": [{ "code": code, "message": code, "field": null }],
        }),
    };
    Ok(json!({ field: payload }))
}

pub(in crate::simulation) fn top_level(Refusal(code, retry_after): &Refusal) -> Value {
    let extensions = json!({ "code": code, "retryAfter": retry_after });
    json!({ "data": null, "errors": [{ "message": code, "extensions": extensions }] })
}
