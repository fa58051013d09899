//! What people do, by chance.

use super::server::{Server, at, index};
use super::{PAGE, PEOPLE};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::time::Duration;

pub struct Script {
    random: StdRng,
    said: u32,
}

impl Script {
    pub fn new(seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            said: 0,
        }
    }

    fn text(&mut self) -> String {
        self.said += 1;
        let mention = match self.random.random_range(0..6) {
            user @ 0..3 => format!(" @usr{user} "),
            _ => String::new(),
        };
        format!("text {}{mention}.", self.said)
    }

    fn room(&mut self) -> String {
        format!("room_{}", self.random.random_range(0..3))
    }

    fn user(&mut self) -> String {
        format!("usr_{}", self.random.random_range(0..PEOPLE))
    }

    /// Sometimes earlier than what was done before, or at the same time.
    fn made_at(&mut self, model: &Server) -> Option<String> {
        let seconds = self.random.random_range(0..10);
        let made_at = at(model.now + Duration::from_secs(seconds));
        Some(made_at.to_string()).filter(|_| self.random.random_bool(0.7))
    }

    fn message(&mut self, model: &Server) -> Option<usize> {
        let messages = model.messages.len();
        (messages > 0).then(|| self.random.random_range(0..messages))
    }

    /// Who does what, and to what.
    pub fn deed(&mut self, model: &Server) -> (usize, &'static str, Value) {
        let user = self.random.random_range(0..PEOPLE);
        let message = self.message(model);
        let kind = self.random.random_range(0..47);
        let (entitled, (name, input)) = match (kind, message) {
            (12..26, Some(message)) => {
                let author = model.messages[message].author;
                let deed = self.about_message(kind, &format!("msg_{message}"), model);
                (Some(author), deed)
            }
            (26..47, _) => {
                let deed = self.about_room(kind, model);
                (keeper(model, &deed.1).filter(|_| kind >= 33), deed)
            }
            _ => (None, ("SendMessage", self.sending(model))),
        };
        let entitled = entitled.filter(|_| self.random.random_bool(0.5));
        (entitled.unwrap_or(user), name, input)
    }

    fn sending(&mut self, model: &Server) -> Value {
        let room = self.random.random_range(0..3);
        let main: Vec<usize> = model.timeline(room, None);
        let about = |random: &mut StdRng, share: f64| match main.len() {
            len if len > 0 && random.random_bool(share) => {
                json!(format!("msg_{}", main[random.random_range(0..len)]))
            }
            _ => Value::Null,
        };
        let again = self.random.random_bool(0.1) && self.said > 0;
        let key = match again {
            true => self.random.random_range(0..self.said),
            false => self.said,
        };
        json!({
            "roomId": format!("room_{room}"),
            "clientId": format!("key {key}"),
            "replyToId": about(&mut self.random, 0.2),
            "threadRootId": about(&mut self.random, 0.3),
            "body": self.text(),
        })
    }

    fn about_message(&mut self, kind: u32, message: &str, model: &Server) -> (&'static str, Value) {
        let is_yes = self.random.random_bool(0.6);
        let made_at = self.made_at(model);
        match kind {
            12..15 => {
                let body = self.text();
                let input = json!({ "messageId": message, "body": body, "madeAt": made_at });
                ("EditMessage", input)
            }
            15 => ("DeleteMessage", json!({ "messageId": message })),
            16..21 => {
                let emoji = ["👍", "🎉"][self.random.random_range(0..2)];
                let input = json!({ "messageId": message, "emoji": emoji, "remove": !is_yes, "madeAt": made_at });
                ("React", input)
            }
            21..24 => (
                "PinMessage",
                json!({ "messageId": message, "pinned": is_yes }),
            ),
            _ => {
                let input = json!({ "messageId": message, "roomId": self.room() });
                ("ForwardMessage", input)
            }
        }
    }

    fn about_room(&mut self, kind: u32, model: &Server) -> (&'static str, Value) {
        let (room, user) = (self.room(), self.user());
        let roots: Vec<usize> = model.threads.keys().copied().collect();
        let member = json!({ "roomId": room, "userId": user });
        match kind {
            26..29 => {
                let seq = self.random.random_range(0..12);
                let root = match roots.len() {
                    len if len > 0 && self.random.random_bool(0.4) => {
                        Some(roots[self.random.random_range(0..len)])
                    }
                    _ => None,
                };
                let room = root.map_or(room, |root| format!("room_{}", model.messages[root].room));
                let root = root.map(|root| format!("msg_{root}"));
                let input = json!({ "roomId": room, "threadRootId": root, "seq": seq });
                ("MarkRead", input)
            }
            29..31 => {
                let body = [self.text(), String::new()][self.random.random_range(0..2)].clone();
                let made_at = self.made_at(model);
                let input = json!({ "roomId": room, "body": body, "madeAt": made_at });
                ("SaveDraft", input)
            }
            31 | 44 => ("LeaveRoom", json!({ "roomId": room })),
            32 => ("JoinRoom", json!({ "roomId": room })),
            33 | 40..43 => ("AddMember", member),
            34 | 45 => ("RemoveMember", member),
            35 | 46 => ("BanMember", member),
            36 | 43 => ("UnbanMember", member),
            37 => {
                let hour = causerie_tests::from_now(Duration::from_secs(3600));
                let until = Some(hour).filter(|_| self.random.random_bool(0.5));
                let input = json!({ "roomId": room, "userId": user, "until": until });
                ("MuteMember", input)
            }
            38 => {
                let announces = self.random.random_bool(0.7);
                let input = json!({ "roomId": room, "announcesMembers": announces });
                ("UpdateRoom", input)
            }
            _ => {
                let archived = self.random.random_bool(0.3);
                let name = self.text();
                let input = match self.random.random_bool(0.5) {
                    true => json!({ "roomId": room, "archived": archived }),
                    false => json!({ "roomId": room, "name": name }),
                };
                ("UpdateRoom", input)
            }
        }
    }

    /// The newest page of a room, or one around a message of it.
    pub fn history(&mut self, model: &Server) -> Value {
        let mut variables = json!({
            "roomId": self.room(),
            "first": null,
            "after": null,
            "last": PAGE,
            "before": null,
            "around": null,
        });
        let message = self.message(model);
        if let Some(message) = message.filter(|_| self.random.random_bool(0.4)) {
            variables["roomId"] = json!(format!("room_{}", model.messages[message].room));
            variables["first"] = json!(PAGE);
            variables["last"] = Value::Null;
            variables["around"] = json!(format!("msg_{message}"));
        }
        variables
    }

    pub fn thread(&mut self, model: &Server) -> Option<Value> {
        let root = self.message(model)?;
        let root = format!("msg_{root}");
        Some(json!({ "root": root, "last": PAGE, "before": null }))
    }
}

/// Whose room it is: others are refused most of what is done to rooms.
fn keeper(model: &Server, input: &Value) -> Option<usize> {
    let room = index(input["roomId"].as_str()?);
    let mut members = model.rooms[room].members.iter();
    let owner = members.find(|(_, member)| member.is_owner);
    owner.map(|(user, _)| *user)
}
