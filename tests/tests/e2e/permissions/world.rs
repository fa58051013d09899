//! The people, and the rooms that they are in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use causerie_tests::{Message, Person, Room, Server, Socket, from_now};
use serde_json::json;

use super::callers::Caller;

/// An id of each type that nothing has.
const ABSENT: &str = "01h455vb4pex5vsknk084sn02q";

/// What is asked about: a kind of room, with a message of everyone's in it.
pub struct Place {
    room: Room,
    witnessed: Message,
    own: HashMap<Caller, Message>,
    invite: String,
}

pub struct World<'a> {
    pub server: &'a Server,
    people: HashMap<Caller, Person>,
    /// A session of the revoked person that has ended.
    ended: Person,
    /// In every place, a plain member, and connected. Shares no other room with the outsider.
    witness: Person,
    /// An admin of every place but the direct rooms.
    deputy: Person,
    /// Shares a room with every caller, though none of the places.
    pub usher: Person,
    before: String,
    /// Tomorrow, and what the usher has scheduled for then.
    soon: String,
    scheduled: String,
    made: AtomicU32,
    _sockets: [Socket; 2],
}

impl<'a> World<'a> {
    pub async fn make(server: &'a Server) -> Self {
        let [witness, deputy, usher] = server.people(["witness", "deputy", "usher"]).await;
        let before = usher.cursor().await;
        let hall = usher.create_channel("hall").await;
        let mut people = HashMap::new();
        for caller in Caller::ALL {
            if caller != Caller::Stranger {
                let person = server.register(caller.name()).await;
                person.join(&hall).await;
                people.insert(caller, person);
            }
        }
        usher.send(&hall, "Welcome").await;
        let soon = from_now(Duration::from_secs(24 * 60 * 60));
        let input = json!({ "roomId": hall.id, "body": "Still here?", "sendAt": soon });
        let answer = usher.mutate("scheduleMessage", "scheduledMessage { id }", input);
        let scheduled: String = answer
            .await
            .success("scheduleMessage", "scheduledMessage/id");
        let ended = people[&Caller::Revoked].log_in_again().await;
        ended.log_out().await;
        let sockets = [
            witness.socket().await.acknowledged().await,
            usher.socket().await.acknowledged().await,
        ];
        Self {
            server,
            people,
            ended,
            witness,
            deputy,
            usher,
            before,
            soon,
            scheduled,
            made: AtomicU32::new(0),
            _sockets: sockets,
        }
    }

    /// What the caller shows to the server.
    pub fn bearer(&self, caller: Caller) -> Option<String> {
        let person = match caller {
            Caller::Stranger => return None,
            Caller::Revoked => &self.ended,
            _ => &self.people[&caller],
        };
        Some(format!("Bearer {}", person.tokens.access_token))
    }

    /// The caller asks from another device, whose session may end. Gives them as they were.
    pub async fn log_in(&mut self, caller: Caller) -> Option<Person> {
        let again = self.people.get(&caller)?.log_in_again().await;
        self.people.insert(caller, again)
    }

    /// Somebody else asks for the caller, who changes for good. Gives the caller as they were.
    pub async fn stand_in(&mut self, caller: Caller) -> Option<Person> {
        self.people.get(&caller)?;
        let other = self.server.register(&self.new_name()).await;
        self.people.insert(caller, other)
    }

    pub fn go_back(&mut self, caller: Caller, at_home: Option<Person>) {
        if let Some(person) = at_home {
            self.people.insert(caller, person);
        }
    }

    /// A place of the kind that `about` ends with, or a channel, as the callers know it.
    pub async fn place(&self, about: &str, callers: &[Caller]) -> Place {
        let people = callers.iter();
        let people: Vec<(Caller, &Person)> = people
            .filter_map(|caller| Some((*caller, self.people.get(caller)?)))
            .collect();
        // They come together before they are kept apart.
        let mut blocked = people
            .iter()
            .filter(|(caller, _)| *caller == Caller::Blocked);
        let blocked = blocked.next().map(|(_, person)| *person);
        if let Some(blocked) = blocked {
            self.witness.unblock(blocked).await;
        }
        let (room, people) = if about.ends_with("a direct room") {
            self.direct_room(people).await
        } else if about.ends_with("a group") {
            let members = people.iter().map(|(_, person)| *person);
            let members: Vec<&Person> = members.chain([&self.witness, &self.deputy]).collect();
            let owner = &self.people[&Caller::Owner];
            (owner.create_group("tea", &members).await, people)
        } else {
            let owner = &self.people[&Caller::Owner];
            let room = owner.create_channel(&self.new_name()).await;
            let members = people.iter().map(|(_, person)| *person);
            for person in members.chain([&self.witness, &self.deputy]) {
                person.join(&room).await;
            }
            (room, people)
        };
        if room.kind != "DIRECT" {
            let admins = people.iter().filter(|(caller, _)| *caller == Caller::Admin);
            for admin in admins.map(|(_, person)| *person).chain([&self.deputy]) {
                let owner = &self.people[&Caller::Owner];
                owner.set_role(&room, admin, "ADMIN").await;
            }
        }
        let mut own = HashMap::new();
        for (caller, person) in people {
            let message = person.send(&room, "mine").await;
            own.insert(caller, person.edit(&message, "my own").await);
            let owner = &self.people[&Caller::Owner];
            match caller {
                Caller::Outsider => person.leave(&room).await,
                Caller::Banned => owner.ban(&room, person).await,
                Caller::Muted => owner.mute(&room, person).await,
                _ => {}
            }
        }
        let witnessed = self.witness.send(&room, "theirs").await;
        self.witness.edit(&witnessed, "their own").await;
        let pinned = self.witness.send(&room, "pinned").await;
        self.witness.pin(&pinned).await;
        self.witness.reply_in_thread(&witnessed, &room, "too").await;
        self.witness.mark_read(&room, witnessed.seq).await;
        if let Some(blocked) = blocked {
            self.witness.block(blocked).await;
        }
        let invite = match room.kind.as_str() {
            "DIRECT" => String::new(),
            _ => self.deputy.invite(&room).await,
        };
        Place {
            room,
            witnessed,
            own,
            invite,
        }
    }

    /// The caller's with the witness, or one that they are not in; and those who are.
    async fn direct_room<'b>(
        &self,
        mut people: Vec<(Caller, &'b Person)>,
    ) -> (Room, Vec<(Caller, &'b Person)>) {
        people.retain(|(caller, _)| *caller != Caller::Outsider);
        let other = people.first().map_or(&self.usher, |(_, person)| *person);
        (other.open_direct_room(&self.witness).await, people)
    }

    /// The witness is seen to type, for a while, where that passes for all.
    pub async fn witness_types(&self, place: &Place) {
        if place.room.kind == "DIRECT" {
            return;
        }
        let input = json!({ "roomId": place.room.id, "typing": true });
        let answer = self.witness.mutate("setTyping", "", input).await;
        answer.success::<serde_json::Value>("setTyping", "userErrors");
    }

    /// A document with everything filled in; and, as `absent`, with what does not exist.
    pub fn fill(
        &self,
        document: &str,
        caller: Caller,
        about: &str,
        place: &Place,
        absent: bool,
    ) -> String {
        let own = about.starts_with("their own");
        let session = match caller {
            Caller::Revoked if own => &self.ended.session_id,
            Caller::Stranger => &self.witness.session_id,
            _ if own => &self.people[&caller].session_id,
            _ => &self.witness.session_id,
        };
        let message = match place.own.get(&caller) {
            Some(message) if own => &message.id,
            _ => &place.witnessed.id,
        };
        let thing = if about.contains("message") {
            message
        } else if about.contains("session") {
            session
        } else if about == "a person" {
            &self.witness.id
        } else {
            &place.room.id
        };
        let person = if about.starts_with("somebody outside") {
            &self.usher
        } else if about.starts_with("an admin") {
            &self.deputy
        } else if about.starts_with("the owner") {
            &self.people[&Caller::Owner]
        } else {
            &self.witness
        };
        let token = match caller {
            Caller::Stranger => "nonsense",
            Caller::Revoked => &self.ended.tokens.refresh_token,
            _ => &self.people[&caller].tokens.refresh_token,
        };
        let id = |id: &str| match id.split_once('_') {
            Some((kind, _)) if absent => format!("{kind}_{ABSENT}"),
            _ => id.to_owned(),
        };
        document
            .replace("%room", &id(&place.room.id))
            .replace("%thing", &id(thing))
            .replace("%person", &id(&person.id))
            .replace("%invite", if absent { "nonsense" } else { &place.invite })
            .replace("%usher", &self.usher.id)
            .replace("%before", &self.before)
            .replace("%token", token)
            .replace("%scheduled", &id(&self.scheduled))
            .replace("%soon", &self.soon)
            .replace("%new", &self.new_name())
    }

    fn new_name(&self) -> String {
        format!("new{}", self.made.fetch_add(1, Ordering::Relaxed))
    }
}
