//! People who use the server, each signed in on one device.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::ask;
use crate::{Answer, Listener, Server, Socket, Subscription};

/// Everybody's password here.
pub const PASSWORD: &str = "correct horse battery";

const AUTH_PAYLOAD: &str = "
    session { id device }
    viewer { user { id username } }
    accessToken accessTokenExpiresAt refreshToken
    userErrors { code message field }";
const MESSAGE: &str = "id seq clientId body sentAt editedAt deletedAt author { id username }";
const ROOM: &str = "id kind name memberCount";

/// What a login gives a native client.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub member_count: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub id: String,
    pub seq: i64,
    pub client_id: Option<String>,
    pub body: String,
    pub sent_at: String,
    pub edited_at: Option<String>,
    pub deleted_at: Option<String>,
    pub author: Author,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Author {
    pub id: String,
    pub username: String,
}

/// A page of a room's messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    pub nodes: Vec<Message>,
    pub page_info: PageInfo,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
    pub end_cursor: Option<String>,
}

impl Page {
    pub fn seqs(&self) -> Vec<i64> {
        self.nodes.iter().map(|message| message.seq).collect()
    }
}

/// Somebody signed in on one device. The plain verbs (`send`, `join`) must succeed; the `try_`
/// ones give the whole answer.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub username: String,
    pub session_id: String,
    pub tokens: Tokens,
    url: String,
    http: reqwest::Client,
}

impl Person {
    pub(crate) async fn register(http: &reqwest::Client, url: &str, username: &str) -> Self {
        let document = format!(
            "mutation ($input: RegisterInput!) {{ register(input: $input) {{ {AUTH_PAYLOAD} }} }}"
        );
        let input = json!({ "username": username, "password": PASSWORD, "device": "test" });
        let answer = ask(http, url, &[], &document, json!({ "input": input })).await;
        Self::signed_in(http, url, &answer, "register")
    }

    /// The same login, used with another server.
    pub fn at(&self, server: &Server) -> Self {
        Self {
            url: server.url.clone(),
            ..self.clone()
        }
    }

    /// Signs in on one more device.
    pub async fn log_in_again(&self) -> Self {
        Self::log_in(&self.http, &self.url, &self.username, PASSWORD).await
    }

    pub(crate) async fn log_in(
        http: &reqwest::Client,
        url: &str,
        username: &str,
        password: &str,
    ) -> Self {
        let document = format!(
            "mutation ($input: LoginInput!) {{ login(input: $input) {{ {AUTH_PAYLOAD} }} }}"
        );
        let input = json!({ "username": username, "password": password, "device": "other" });
        let answer = ask(http, url, &[], &document, json!({ "input": input })).await;
        Self::signed_in(http, url, &answer, "login")
    }

    fn signed_in(http: &reqwest::Client, url: &str, answer: &Answer, mutation: &str) -> Self {
        Self {
            id: answer.success(mutation, "viewer/user/id"),
            username: answer.success(mutation, "viewer/user/username"),
            session_id: answer.success(mutation, "session/id"),
            tokens: answer.success(mutation, ""),
            url: url.into(),
            http: http.clone(),
        }
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.tokens.access_token)
    }

    /// Asks as this person.
    pub async fn ask(&self, document: &str, variables: Value) -> Answer {
        let bearer = self.bearer();
        let headers = [("authorization", bearer.as_str())];
        ask(&self.http, &self.url, &headers, document, variables).await
    }

    /// Asks for a mutation whose one argument is `input`; `fields` is what to select besides the
    /// user errors.
    pub async fn mutate(&self, mutation: &str, fields: &str, input: Value) -> Answer {
        let (first, rest) = mutation.split_at(1);
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let document = format!(
            "mutation ($input: {input_type}!) {{
                {mutation}(input: $input) {{ {fields} userErrors {{ code message field }} }}
            }}"
        );
        self.ask(&document, json!({ "input": input })).await
    }

    // ── Rooms ───────────────────────────────────────────────────────────────────────────────────

    pub async fn try_create_room(&self, input: Value) -> Answer {
        self.mutate("createRoom", &format!("room {{ {ROOM} }}"), input)
            .await
    }

    pub async fn create_channel(&self, name: &str) -> Room {
        let answer = self
            .try_create_room(json!({ "kind": "CHANNEL", "name": name }))
            .await;
        answer.success("createRoom", "room")
    }

    pub async fn create_group(&self, name: &str, members: &[&Person]) -> Room {
        let members: Vec<&str> = members.iter().map(|person| person.id.as_str()).collect();
        let input = json!({ "kind": "GROUP", "name": name, "memberIds": members });
        self.try_create_room(input)
            .await
            .success("createRoom", "room")
    }

    pub async fn try_open_direct_room(&self, user_id: &str) -> Answer {
        let input = json!({ "userId": user_id });
        self.mutate("openDirectRoom", &format!("room {{ {ROOM} }}"), input)
            .await
    }

    pub async fn open_direct_room(&self, other: &Person) -> Room {
        let answer = self.try_open_direct_room(&other.id).await;
        answer.success("openDirectRoom", "room")
    }

    pub async fn try_join(&self, input: Value) -> Answer {
        self.mutate("joinRoom", &format!("room {{ {ROOM} }}"), input)
            .await
    }

    pub async fn join(&self, room: &Room) -> Room {
        let answer = self.try_join(json!({ "roomId": room.id })).await;
        answer.success("joinRoom", "room")
    }

    pub async fn try_leave(&self, room: &Room) -> Answer {
        let fields = format!("room {{ {ROOM} }}");
        self.mutate("leaveRoom", &fields, json!({ "roomId": room.id }))
            .await
    }

    pub async fn leave(&self, room: &Room) {
        let answer = self.try_leave(room).await;
        answer.success::<Value>("leaveRoom", "userErrors");
    }

    /// The room as this person sees it.
    pub async fn see_room(&self, id: &str) -> Option<Room> {
        let document = format!("query ($id: ID!) {{ room(id: $id) {{ {ROOM} }} }}");
        self.ask(&document, json!({ "id": id })).await.get("/room")
    }

    // ── Messages ────────────────────────────────────────────────────────────────────────────────

    pub async fn try_send(&self, input: Value) -> Answer {
        self.mutate("sendMessage", &format!("message {{ {MESSAGE} }}"), input)
            .await
    }

    pub async fn reply(&self, room: &Room, to: &Message, body: &str) -> Message {
        let input = json!({ "roomId": room.id, "body": body, "replyToId": to.id });
        self.try_send(input).await.success("sendMessage", "message")
    }

    /// Says something in the thread that hangs on a message.
    pub async fn reply_in_thread(&self, root: &Message, room: &Room, body: &str) -> Message {
        let input = json!({ "roomId": room.id, "body": body, "threadRootId": root.id });
        self.try_send(input).await.success("sendMessage", "message")
    }

    pub async fn send(&self, room: &Room, body: &str) -> Message {
        let answer = self
            .try_send(json!({ "roomId": room.id, "body": body }))
            .await;
        answer.success("sendMessage", "message")
    }

    /// Sends under an id of the client's own, by which a retry is recognised.
    pub async fn send_as(&self, client_id: &str, room: &Room, body: &str) -> Message {
        let input = json!({ "roomId": room.id, "body": body, "clientId": client_id });
        self.try_send(input).await.success("sendMessage", "message")
    }

    pub async fn try_edit(&self, message_id: &str, body: &str) -> Answer {
        let input = json!({ "messageId": message_id, "body": body });
        self.mutate("editMessage", &format!("message {{ {MESSAGE} }}"), input)
            .await
    }

    pub async fn edit(&self, message: &Message, body: &str) -> Message {
        let answer = self.try_edit(&message.id, body).await;
        answer.success("editMessage", "message")
    }

    pub async fn try_delete(&self, message_id: &str) -> Answer {
        let input = json!({ "messageId": message_id });
        self.mutate("deleteMessage", &format!("message {{ {MESSAGE} }}"), input)
            .await
    }

    pub async fn delete(&self, message: &Message) -> Message {
        let answer = self.try_delete(&message.id).await;
        answer.success("deleteMessage", "message")
    }

    pub async fn pin(&self, message: &Message) {
        let input = json!({ "messageId": message.id });
        let answer = self.mutate("pinMessage", "", input).await;
        answer.success::<Value>("pinMessage", "userErrors");
    }

    pub async fn try_update_room(&self, room: &Room, changes: Value) -> Answer {
        let mut input = changes;
        input["roomId"] = json!(room.id);
        self.mutate("updateRoom", &format!("room {{ {ROOM} }}"), input)
            .await
    }

    pub async fn update_room(&self, room: &Room, changes: Value) -> Room {
        let answer = self.try_update_room(room, changes).await;
        answer.success("updateRoom", "room")
    }

    /// A page of history; `arguments` as in `last: 20, before: "…"`, or empty.
    pub async fn try_history(&self, room: &Room, arguments: &str) -> Answer {
        let arguments = match arguments {
            "" => String::new(),
            some => format!("({some})"),
        };
        let document = format!(
            "query ($id: ID!) {{
                room(id: $id) {{
                    messages{arguments} {{
                        nodes {{ {MESSAGE} }}
                        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
                    }}
                }}
            }}"
        );
        self.ask(&document, json!({ "id": room.id })).await
    }

    pub async fn history(&self, room: &Room, arguments: &str) -> Page {
        self.try_history(room, arguments)
            .await
            .get("/room/messages")
    }

    pub async fn try_mark_read(&self, room_id: &str, seq: i64) -> Answer {
        let input = json!({ "roomId": room_id, "seq": seq });
        let fields = "membership { lastReadSeq unread { messages mentions } }";
        self.mutate("markRead", fields, input).await
    }

    /// Says how far this person has read; the marker then, and how many messages are unread.
    pub async fn mark_read(&self, room: &Room, seq: i64) -> (i64, i64) {
        let answer = self.try_mark_read(&room.id, seq).await;
        (
            answer.success("markRead", "membership/lastReadSeq"),
            answer.success("markRead", "membership/unread/messages"),
        )
    }

    // ── Listening ───────────────────────────────────────────────────────────────────────────────

    /// Where the log stands now.
    pub async fn cursor(&self) -> String {
        self.ask("{ viewer { cursor } }", json!({}))
            .await
            .get("/viewer/cursor")
    }

    /// Hears the messages of `room`, or of all rooms, from `after` on, or from now on.
    pub async fn listen(&self, room: Option<&Room>, after: Option<&str>) -> Listener {
        // From a cursor, so that it does not matter when the server gets to the subscription.
        let now = match after {
            Some(after) => after.to_owned(),
            None => self.cursor().await,
        };
        let socket = self.socket().await.acknowledged().await;
        Listener::start(socket, room.map(|room| room.id.as_str()), Some(&now)).await
    }

    /// Subscribes to a room by its id, without a cursor.
    pub async fn listen_from_now(&self, room_id: Option<&str>) -> Listener {
        let socket = self.socket().await.acknowledged().await;
        Listener::start(socket, room_id, None).await
    }

    /// Follows a root field, with its arguments and selection as GraphQL.
    pub async fn follow(&self, field: &str, rest: &str) -> Subscription {
        Subscription::start(self.socket().await.acknowledged().await, field, rest).await
    }

    /// Follows the root field of a document, as clients do who keep documents and change variables.
    pub async fn follow_document(
        &self,
        field: &str,
        document: &str,
        variables: Value,
    ) -> Subscription {
        let payload = json!({ "query": document, "variables": variables });
        let socket = self.socket().await.acknowledged().await;
        Subscription::start_document(socket, field, payload).await
    }

    /// A socket that has said who it is; the answer is the caller's to read.
    pub async fn socket(&self) -> Socket {
        Socket::open(&self.url, Some(&self.bearer())).await
    }

    /// The same over a connection that holds little which is not read.
    pub async fn narrow_socket(&self) -> Socket {
        Socket::open_narrow(&self.url, Some(&self.bearer())).await
    }

    // ── The session ─────────────────────────────────────────────────────────────────────────────

    /// Asks for new tokens with a refresh token.
    pub async fn try_refresh(&self, refresh_token: &str, attempt_id: Option<&str>) -> Answer {
        let document = format!(
            "mutation ($input: RefreshSessionInput!) {{ refreshSession(input: $input) {{ {AUTH_PAYLOAD} }} }}"
        );
        let input = json!({ "refreshToken": refresh_token, "attemptId": attempt_id });
        ask(
            &self.http,
            &self.url,
            &[],
            &document,
            json!({ "input": input }),
        )
        .await
    }

    /// New tokens for `refresh_token`, which must be good.
    pub async fn refresh(&self, refresh_token: &str) -> Tokens {
        let answer = self.try_refresh(refresh_token, None).await;
        answer.success("refreshSession", "")
    }

    pub async fn log_out(&self) {
        let document = "mutation { logout { userErrors { code message field } } }";
        let answer = self.ask(document, json!({})).await;
        answer.success::<Value>("logout", "userErrors");
    }

    /// The name the server knows the bearer of this access token by; `None` for nobody.
    pub async fn whoami(&self) -> Option<String> {
        let answer = self
            .ask("{ viewer { user { username } } }", json!({}))
            .await;
        if answer.body["errors"].is_null() {
            return Some(answer.get("/viewer/user/username"));
        }
        assert_eq!(answer.error_code(), "UNAUTHENTICATED");
        None
    }
}
