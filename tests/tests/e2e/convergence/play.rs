//! What the random people do.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use causerie_tests::{Answer, Message, Person, Room, Server, UserError, from_now};
use futures_util::future::join_all;
use proptest::sample::Index;
use serde_json::json;
use tokio::sync::mpsc;

use super::script::{Act, Body, Change, Command, Keeping, PEOPLE};

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub type Wires = Vec<mpsc::UnboundedSender<Command>>;

pub struct Crowd {
    pub people: Vec<Person>,
    /// Is in all rooms from their first moment on.
    pub witness: Person,
}

impl Crowd {
    pub async fn register(servers: &[&Server]) -> Self {
        static CASE: AtomicUsize = AtomicUsize::new(0);
        let case = CASE.fetch_add(1, Ordering::Relaxed);
        let register = async |number: usize| {
            let person = servers[0].register(&format!("p{number}-{case}")).await;
            person.at(servers[number % servers.len()])
        };
        let mut people = join_all((0..=PEOPLE).map(register)).await;
        let witness = people.pop().expect("a witness");
        Self { people, witness }
    }
}

/// Where it happens.
pub struct Play<'a> {
    crowd: &'a Crowd,
    rooms: RefCell<Vec<Room>>,
    /// One for each person, where nothing is said until the end.
    pub last_rooms: Vec<Room>,
    /// Who sent which message where.
    sent: RefCell<Vec<(usize, String, Message)>>,
    /// What each of the people has scheduled.
    scheduled: RefCell<[Vec<String>; PEOPLE]>,
}

impl<'a> Play<'a> {
    pub async fn begin(crowd: &'a Crowd) -> Self {
        let Crowd { people, witness } = crowd;
        let everyone: Vec<&Person> = people.iter().collect();
        let mut rooms = vec![witness.create_group("tray", &everyone).await];
        for name in ["tea", "milk"] {
            let name = format!("{name} of {}", witness.username);
            rooms.push(witness.create_channel(&name).await);
        }
        for person in &people[1..] {
            person.join(&rooms[1]).await;
        }
        let mut last_rooms = Vec::new();
        for person in people {
            last_rooms.push(witness.create_group("end", &[person]).await);
        }
        Self {
            crowd,
            rooms: RefCell::new(rooms),
            last_rooms,
            sent: RefCell::default(),
            scheduled: RefCell::default(),
        }
    }

    pub async fn end(&self) {
        for room in &self.last_rooms {
            self.crowd.witness.send(room, "the end").await;
        }
    }

    pub async fn act_all(&self, person: usize, acts: &[Act], devices: Wires) {
        for act in acts {
            self.act(person, act, &devices).await;
        }
    }

    async fn act(&self, number: usize, act: &Act, devices: &Wires) {
        let person = &self.crowd.people[number];
        match act {
            Act::Send { room, body } => self.send(number, &self.room(room), body).await,
            Act::Burst { room, bodies } => {
                let room = self.room(room);
                let sends = bodies.iter().map(|body| self.send(number, &room, body));
                join_all(sends).await;
            }
            Act::Edit { message, body } => {
                if let Some(message) = self.own_message(number, message) {
                    let body = self.text(body);
                    settle("editMessage", &person.try_edit(&message.id, &body).await);
                }
            }
            Act::Delete { message } => {
                if let Some(message) = self.own_message(number, message) {
                    settle("deleteMessage", &person.try_delete(&message.id).await);
                }
            }
            Act::Reply { message, body } => {
                if let Some((room, message)) = self.message(message) {
                    let input = json!({
                        "roomId": room, "threadRootId": message, "body": self.text(body),
                    });
                    settle("sendMessage", &person.try_send(input).await);
                }
            }
            Act::React {
                message,
                emoji,
                remove,
            } => {
                if let Some((_, message)) = self.message(message) {
                    let input = json!({ "messageId": message, "emoji": emoji, "remove": remove });
                    settle("react", &person.mutate("react", "", input).await);
                }
            }
            Act::Pin { message } => {
                if let Some((_, message)) = self.message(message) {
                    let input = json!({ "messageId": message });
                    settle("pinMessage", &person.mutate("pinMessage", "", input).await);
                }
            }
            Act::Forward { message, room } => {
                if let Some((_, message)) = self.message(message) {
                    let input = json!({ "messageId": message, "roomId": self.room(room).id });
                    let answer = person.mutate("forwardMessage", "", input).await;
                    settle("forwardMessage", &answer);
                }
            }
            Act::Whisper => {
                let room = self.crowd.witness.open_direct_room(person).await;
                let mut rooms = self.rooms.borrow_mut();
                if rooms.iter().all(|one| one.id != room.id) {
                    rooms.push(room);
                }
            }
            Act::Keep { room, person, how } => self.keep(&self.room(room), *person, *how).await,
            Act::Join { room } => {
                let input = json!({ "roomId": self.room(room).id });
                settle("joinRoom", &person.try_join(input).await);
            }
            Act::Leave { room } => {
                settle("leaveRoom", &person.try_leave(&self.room(room)).await);
            }
            Act::MarkRead { room, seq } => {
                let answer = person.try_mark_read(&self.room(room).id, *seq).await;
                settle("markRead", &answer);
            }
            Act::Draft { room, body } => {
                let input = json!({ "roomId": self.room(room).id, "body": body });
                settle("saveDraft", &person.mutate("saveDraft", "", input).await);
            }
            Act::Follow { message, following } => {
                if let Some((_, message)) = self.message(message) {
                    let input = json!({ "messageId": message, "following": following });
                    settle(
                        "followThread",
                        &person.mutate("followThread", "", input).await,
                    );
                }
            }
            Act::ReadThread { message, seq } => {
                if let Some((room, message)) = self.message(message) {
                    let input = json!({ "roomId": room, "threadRootId": message, "seq": seq });
                    settle("markRead", &person.mutate("markRead", "", input).await);
                }
            }
            Act::Schedule { room } => self.schedule(number, &self.room(room)).await,
            Act::Cancel { scheduled } => {
                let own = self.scheduled.borrow()[number].clone();
                if !own.is_empty() {
                    let input = json!({ "scheduledMessageId": scheduled.get(&own) });
                    let answer = person.mutate("cancelScheduledMessage", "", input).await;
                    settle("cancelScheduledMessage", &answer);
                }
            }
            Act::Gather { people } => self.gather(people).await,
            Act::Change { room, change } => {
                let mut input = json!({ "roomId": self.room(room).id });
                match change {
                    Change::Topic(topic) => input["topic"] = json!(topic),
                    Change::AnnouncementOnly(only) => input["announcementOnly"] = json!(only),
                    Change::Archived(archived) => input["archived"] = json!(archived),
                }
                let answer = self
                    .crowd
                    .witness
                    .mutate("updateRoom", "room { id }", input);
                settle("updateRoom", &answer.await);
            }
            Act::Device(device, command) => {
                // It lives as long as somebody commands it.
                let _ = devices[*device].send(command.clone());
            }
        }
    }

    async fn send(&self, number: usize, room: &Room, body: &Body) {
        let input = json!({ "roomId": room.id, "body": self.text(body) });
        let answer = self.crowd.people[number].try_send(input).await;
        if settle("sendMessage", &answer) {
            let message = answer.success("sendMessage", "message");
            self.sent
                .borrow_mut()
                .push((number, room.id.clone(), message));
        }
    }

    async fn schedule(&self, number: usize, room: &Room) {
        let input = json!({
            "roomId": room.id, "body": "much later", "sendAt": from_now(A_DAY),
        });
        let fields = "scheduledMessage { id }";
        let answer = self.crowd.people[number].mutate("scheduleMessage", fields, input);
        let answer = answer.await;
        if settle("scheduleMessage", &answer) {
            let id = answer.success("scheduleMessage", "scheduledMessage/id");
            self.scheduled.borrow_mut()[number].push(id);
        }
    }

    async fn gather(&self, people: &[bool; PEOPLE]) {
        let invited = self.crowd.people.iter().zip(people);
        let invited: Vec<&Person> = invited.filter(|one| *one.1).map(|one| one.0).collect();
        let room = self.crowd.witness.create_group("table", &invited).await;
        self.rooms.borrow_mut().push(room);
    }

    fn room(&self, index: &Index) -> Room {
        index.get(&self.rooms.borrow()).clone()
    }

    fn own_message(&self, number: usize, index: &Index) -> Option<Message> {
        let sent = self.sent.borrow();
        let own: Vec<&Message> = sent
            .iter()
            .filter(|one| one.0 == number)
            .map(|one| &one.2)
            .collect();
        (!own.is_empty()).then(|| (*index.get(&own)).clone())
    }

    /// The ids of a room and of a message that was sent to it.
    fn message(&self, index: &Index) -> Option<(String, String)> {
        let sent = self.sent.borrow();
        let one = (!sent.is_empty()).then(|| index.get(&sent));
        one.map(|(_, room, message)| (room.clone(), message.id.clone()))
    }

    async fn keep(&self, room: &Room, person: usize, how: Keeping) {
        let (witness, id) = (&self.crowd.witness, &self.crowd.people[person].id);
        let mut input = json!({ "roomId": room.id, "userId": id });
        let mutation = match how {
            Keeping::Promote | Keeping::Demote => "setMemberRole",
            Keeping::Mute | Keeping::Unmute => "muteMember",
            Keeping::Ban => "banMember",
            Keeping::Unban => "unbanMember",
            Keeping::Add => "addMember",
            Keeping::Remove => "removeMember",
        };
        match how {
            Keeping::Promote => input["role"] = json!("ADMIN"),
            Keeping::Demote => input["role"] = json!("MEMBER"),
            Keeping::Mute => input["until"] = json!("2999-01-01T00:00:00Z"),
            _ => {}
        }
        settle(mutation, &witness.mutate(mutation, "", input).await);
    }

    fn text(&self, body: &Body) -> String {
        let mention = body
            .mention
            .map(|person| &self.crowd.people[person].username);
        let mention = mention.map(|name| format!("@{name}")).unwrap_or_default();
        format!("{} {mention} {}", body.word, "x".repeat(body.length))
    }
}

/// Whether it went well. It may be refused, but not fail.
fn settle(mutation: &str, answer: &Answer) -> bool {
    let refused: Vec<UserError> = answer.get(&format!("/{mutation}/userErrors"));
    refused.is_empty()
}
