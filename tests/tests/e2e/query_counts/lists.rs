//! What lists cost: as many queries, however long they are.

use std::collections::BTreeSet;

use causerie_tests::{Message, Person, Room, Server, from_now, on_both_databases};
use serde_json::{Value, json};

use super::{assert_flat, queries};

/// Every list, with what clients ask of it. One list each: two that are read side by side may or may
/// not look people up together.
const LISTS: [(&str, &str); 26] = [
    ("Room.typing", "room(id: ROOM) { typing { username } }"),
    (
        "Query.channels",
        "channels(first: 100) { nodes { name memberCount membership { role }
            lastMessage { body author { username } } } }",
    ),
    (
        "Query.users",
        r#"users(query: "pers", first: 100) { nodes { username status { text } presence { state } } }"#,
    ),
    ("Query.nodes", "nodes(ids: NODES) { id }"),
    ("Query.nodes", "nodes(ids: SESSIONS) { id }"),
    (
        "Viewer.rooms",
        "viewer { user { id } rooms(first: 100) { nodes { name kind memberCount
            membership { role lastReadSeq unread { messages mentions } draft { body } }
            lastMessage { body author { displayName } room { name } }
            otherUser { username presence { state } } } } unread { messages } }",
    ),
    (
        "Viewer.rooms",
        "viewer { rooms(first: 100) { nodes {
            membership { draft { body replyTo { body author { username } } } } } } }",
    ),
    (
        "Viewer.threads",
        "viewer { threads(first: 100) { nodes { root { body room { name } } replyCount lastReplyAt
            following lastReadSeq unread { messages mentions } } } unreadInThreads { messages } }",
    ),
    (
        "Viewer.sessions",
        "viewer { sessions { device current lastUsedAt } }",
    ),
    (
        "Viewer.blockedUsers",
        "viewer { blockedUsers { username status { text } presence { state } } }",
    ),
    (
        "Viewer.scheduledMessages",
        "viewer { scheduledMessages { body room { name kind memberCount } threadRoot { body }
            message { body } failure } }",
    ),
    (
        "Room.members",
        "room(id: ROOM) { members(first: 100) { nodes { user { username } role } } }",
    ),
    (
        "Room.messages",
        "room(id: ROOM) { messages(last: 100) { nodes { seq author { username } room { name } } } }",
    ),
    (
        "Room.messages",
        "room(id: ROOM) { messages(last: 100) { nodes { replyTo { body author { username } } } } }",
    ),
    (
        "Room.messages",
        "room(id: ROOM) { messages(last: 100) { nodes {
            thread { replyCount following unread { messages } } } } }",
    ),
    (
        "Room.pinnedMessages",
        "room(id: ROOM) { pinnedMessages { body author { username } room { name } } }",
    ),
    (
        "Room.receipts",
        "room(id: ROOM) { receipts { user { username } lastReadSeq } }",
    ),
    (
        "Room.bans",
        "room(id: ROOM) { bans(first: 100) { nodes { user { username } by { username } } } }",
    ),
    (
        "Room.invites",
        "room(id: ROOM) { invites(first: 100) { nodes { code room { name } } } }",
    ),
    (
        "Room.auditLog",
        "room(id: ROOM) { auditLog(first: 100) { nodes {
            action actor { username } target { username } message { body } } } }",
    ),
    (
        "Thread.messages",
        "node(id: ROOT) { ... on Message { thread { messages(last: 100) { nodes {
            seq author { username } threadRoot { body } } } } } }",
    ),
    (
        "Message.mentions",
        "room(id: ROOM) { messages(last: 100) { nodes { mentions { username } } } }",
    ),
    (
        "Message.reactions",
        "room(id: ROOM) { messages(last: 100) { nodes { reactions { emoji count viewerReacted } } } }",
    ),
    (
        "Reaction.users",
        "room(id: ROOM) { messages(last: 100) { nodes {
            reactions { users(first: 5) { username } } } } }",
    ),
    (
        "Message.versions",
        "node(id: ROOT) { ... on Message { versions { body } } }",
    ),
    (
        "Message.versions",
        "room(id: ROOM) { messages(last: 15) { nodes { versions { body } } } }",
    ),
];

const EMOJI: [&str; 12] = [
    "👍", "👎", "😂", "🎉", "👀", "🙏", "✅", "🔥", "🤔", "🌱", "🍵", "🥛",
];

struct World<'a> {
    server: &'a Server,
    alice: Person,
    room: Room,
    root: Message,
    people: Vec<Person>,
    nodes: Vec<String>,
    sessions: Vec<String>,
}

impl<'a> World<'a> {
    async fn make(server: &'a Server) -> Self {
        let alice = server.register("alice").await;
        let room = alice.create_channel("tea").await;
        let root = alice.send(&room, "one").await;
        Self {
            server,
            alice,
            room,
            root,
            people: Vec::new(),
            nodes: Vec::new(),
            sessions: Vec::new(),
        }
    }

    /// Makes every list longer by one.
    async fn grow(&mut self, number: usize) {
        let Self {
            server,
            alice,
            room,
            root,
            ..
        } = self;
        let other = server.register(&format!("person{number}")).await;
        other.join(room).await;
        alice.open_direct_room(&other).await;
        let device = alice.log_in_again().await;
        alice.invite(room).await;
        let banned = server.register(&format!("banned{number}")).await;
        alice.ban(room, &banned).await;
        alice.block(&banned).await;
        let channel = alice.create_channel(&format!("channel {number}")).await;
        let sent = alice.send(&channel, "first").await;
        other.join(&channel).await;
        other.reply_in_thread(&sent, &channel, "@alice").await;
        let message = other.reply(room, root, "hello @alice").await;
        other.edit(&message, "goodbye @alice").await;
        alice.reply_in_thread(&message, room, "and").await;
        other.reply_in_thread(root, room, "so").await;
        alice.edit(root, &format!("edited {number} times")).await;
        alice.pin(&message).await;
        other.mark_read(room, message.seq).await;
        for message in [&*root, &message] {
            let input = json!({ "messageId": message.id, "emoji": EMOJI[number] });
            other.done("react", input).await;
        }
        let input = json!({ "roomId": channel.id, "body": "begun", "replyToId": sent.id });
        alice.done("saveDraft", input).await;
        let later = from_now(std::time::Duration::from_secs(3_600));
        let input = json!({
            "roomId": channel.id, "body": "later", "sendAt": later, "threadRootId": sent.id,
        });
        alice.done("scheduleMessage", input).await;
        self.nodes.push(message.id);
        self.sessions.push(device.session_id);
        self.people.push(other);
    }

    async fn costs(&self) -> Vec<Vec<String>> {
        for person in &self.people {
            let input = json!({ "roomId": self.room.id, "typing": true });
            person.done("setTyping", input).await;
        }
        let mut costs = Vec::new();
        for (_, list) in LISTS {
            let list = list
                .replace("ROOM", &format!("{:?}", self.room.id))
                .replace("ROOT", &format!("{:?}", self.root.id))
                .replace("NODES", &format!("{:?}", self.nodes))
                .replace("SESSIONS", &format!("{:?}", self.sessions));
            costs.push(queries(self.server, &self.alice, &format!("{{ {list} }}")).await);
        }
        costs
    }
}

async fn a_list_of_any_length(server: &mut Server) {
    let mut world = World::make(server).await;
    world.grow(0).await;
    let few = world.costs().await;
    for number in 1..EMOJI.len() {
        world.grow(number).await;
    }
    let many = world.costs().await;
    for ((_, list), (few, many)) in LISTS.iter().zip(few.iter().zip(&many)) {
        assert_flat(list, few, many);
    }
}

async fn every_list_is_counted(server: &mut Server) {
    let document = "{ __schema { types { name fields { name type { ...t ofType { ...t ofType {
        ...t ofType { ...t } } } } } } } } fragment t on __Type { kind name }";
    let answer = server.ask(document, json!({})).await;
    let mut lists = BTreeSet::new();
    for of in answer.get::<Vec<Value>>("/__schema/types") {
        let name = of["name"].as_str().expect("a name");
        for field in of["fields"].as_array().into_iter().flatten() {
            if is_list(&field["type"]) && !is_elsewhere(name) {
                lists.insert(format!(
                    "{name}.{}",
                    field["name"].as_str().expect("a name")
                ));
            }
        }
    }
    assert_eq!(lists, LISTS.map(|list| list.0.to_owned()).into());
}

/// Of objects, or a connection.
fn is_list(of: &Value) -> bool {
    let mut kinds = std::iter::successors(Some(of), |of| of.get("ofType"));
    let names = kinds.clone().filter_map(|of| of["name"].as_str());
    let is_connection = names.clone().any(|name| name.ends_with("Connection"));
    let is_of_scalars = names.last() == Some("String");
    is_connection || kinds.any(|of| of["kind"] == "LIST") && !is_of_scalars
}

/// What connections consist of, what mutations say against their input, what is told by events or
/// for a while, and the schema of the schema.
fn is_elsewhere(of: &str) -> bool {
    let ends = ["Connection", "Payload"]
        .iter()
        .any(|end| of.ends_with(end));
    ends || of.starts_with("__") || matches!(of, "EventBatch" | "Typing")
}

on_both_databases![a_list_of_any_length, every_list_is_counted];
