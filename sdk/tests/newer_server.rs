//! An app of today against a server of tomorrow, played by the test: events, enum values and fields that this version
//! does not know break nothing.

use causerie_sdk::{
    AuditAction, ChatOptions, Client, Cursor, Error, LiveItem, Message, MessageStream, NoticeKind,
    PresenceState, Role, RoomKind, Session, TimelineContent,
};
use causerie_tests::within;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// A port where the test answers, and a client of it with a session.
async fn tomorrow() -> (TcpListener, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let client = Client::builder(url).build().expect("a client");
    let session: Session = serde_json::from_value(json!({
        "id": "ses_1", "user_id": "usr_1", "username": "alice",
        "access_token": "a", "expires_at": "2999-01-01T00:00:00Z", "refresh_token": "r",
        "a_field_of_a_later_version": true,
    }))
    .expect("a session");
    client.use_session(session).await.expect("taken");
    (listener, client)
}

/// Answers one request with this data, and checks nothing.
async fn answer(listener: &TcpListener, body: Value) {
    let (stream, _) = listener.accept().await.expect("a client");
    answer_on(stream, body).await;
}

async fn answer_on(mut stream: TcpStream, body: Value) {
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).await.expect("a request");
        request.extend_from_slice(&part[..length]);
    }
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream
        .write_all(format!("{head}{body}").as_bytes())
        .await
        .expect("answered");
}

/// Whether what a client asks on a connection is a request, and no WebSocket.
async fn speaks_http(stream: &TcpStream) -> bool {
    let mut start = [0; 4];
    stream.peek(&mut start).await.expect("a request");
    &start == b"POST"
}

/// Takes a WebSocket up to its subscription; the socket, and the cursor that it resumes from.
async fn subscriber(listener: &TcpListener) -> (WebSocketStream<TcpStream>, Value) {
    let (stream, _) = listener.accept().await.expect("a client");
    subscriber_on(stream).await
}

async fn subscriber_on(stream: TcpStream) -> (WebSocketStream<TcpStream>, Value) {
    #[expect(clippy::result_large_err, reason = "tungstenite's signature")]
    let speaks = |_: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        let protocol = "graphql-transport-ws".parse().expect("a header");
        response
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        Ok(response)
    };
    let mut socket = tokio_tungstenite::accept_hdr_async(stream, speaks)
        .await
        .expect("a WebSocket");
    socket
        .next()
        .await
        .expect("connection_init")
        .expect("a frame");
    write(&mut socket, json!({ "type": "connection_ack" })).await;
    let subscribe = socket.next().await.expect("subscribe").expect("a frame");
    let subscribe: Value = serde_json::from_str(subscribe.to_text().expect("text")).expect("JSON");
    (socket, subscribe["payload"]["variables"]["after"].clone())
}

async fn write(socket: &mut WebSocketStream<TcpStream>, frame: Value) {
    socket
        .send(Frame::text(frame.to_string()))
        .await
        .expect("written");
}

async fn event(socket: &mut WebSocketStream<TcpStream>, event: Value) {
    write(
        socket,
        json!({ "type": "next", "id": "1", "payload": { "data": { "messages": event } } }),
    )
    .await;
}

fn user() -> Value {
    let created = "2026-01-01T00:00:00.000Z";
    json!({ "id": "usr_1", "username": "alice", "displayName": "Alice", "isDeleted": false, "createdAt": created, "mood": "sunny" })
}

fn message_sent(cursor: &str, body: &str) -> Value {
    let message = json!({
        "id": "msg_1", "room": { "id": "room_1" }, "author": user(), "seq": 1, "clientId": null,
        "body": body, "sentAt": "2026-01-01T00:00:00.000Z", "editedAt": null, "deletedAt": null, "pinnedAt": null,
        "replyTo": null, "threadRoot": null, "thread": null, "forwardedFrom": null,
        "mentions": [], "mentionsRoom": false,
        "notice": { "kind": "TOOK_A_BOW", "user": null }, "reactions": [], "isTranslated": true,
    });
    json!({ "__typename": "MessageSent", "cursor": cursor, "message": message })
}

async fn next_message(live: &mut MessageStream) -> Result<(Message, Cursor), Error> {
    loop {
        match within("an item", live.next()).await.expect("an item")? {
            LiveItem::Message { message, cursor } => return Ok((*message, cursor)),
            LiveItem::Connection(_) => {}
        }
    }
}

#[tokio::test]
async fn an_unknown_event_is_passed_over_and_its_cursor_kept() {
    let (listener, client) = tomorrow().await;
    let mut live = client.messages(None, Some("c0".into()));
    let server = tokio::spawn(async move {
        let (mut socket, after) = subscriber(&listener).await;
        assert_eq!(after, "c0");
        event(&mut socket, message_sent("c1", "known")).await;
        event(
            &mut socket,
            json!({ "__typename": "PollOpened", "cursor": "c2", "question": "?" }),
        )
        .await;
        drop(socket);
        let (mut socket, after) = subscriber(&listener).await;
        assert_eq!(after, "c2", "resumes after the event that it does not know");
        event(&mut socket, message_sent("c3", "known again")).await;
        socket
    });
    let (message, cursor) = next_message(&mut live).await.expect("a message");
    assert_eq!((message.body.as_str(), cursor), ("known", "c1".into()));
    let (message, cursor) = next_message(&mut live).await.expect("a message");
    assert_eq!(
        (message.body.as_str(), cursor),
        ("known again", "c3".into())
    );
    within("the server", server).await.expect("its checks hold");
}

#[tokio::test]
async fn a_fault_of_the_client_ends_the_stream() {
    let (listener, client) = tomorrow().await;
    let mut live = client.messages(None, Some("c0".into()));
    tokio::spawn(async move {
        let (mut socket, _) = subscriber(&listener).await;
        let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame {
            code: 4400.into(),
            reason: "Invalid message".into(),
        };
        socket.close(Some(frame)).await.expect("closed");
        while socket.next().await.is_some_and(|frame| frame.is_ok()) {}
    });
    let end = next_message(&mut live).await;
    assert_eq!(
        end,
        Err(Error::Protocol {
            reason: "the server closed with 4400: Invalid message".to_owned()
        })
    );
}

#[tokio::test]
async fn an_unknown_kind_of_room_keeps_its_name() {
    let (listener, client) = tomorrow().await;
    let room = room_of_tomorrow();
    let answered = answer(&listener, json!({ "data": { "room": room } }));
    let id = "room_1".into();
    let (room, ()) = within(
        "an answer",
        futures_util::future::join(client.room(&id), answered),
    )
    .await;
    let room = room.expect("an answer").expect("a room");
    assert_eq!(room.kind, RoomKind::Unknown("BROADCAST".to_owned()));
    let role = room.membership.expect("a membership").role;
    assert_eq!(role, Role::Unknown("READER".to_owned()));
}

#[tokio::test]
async fn an_unknown_presence_keeps_its_name() {
    let (listener, client) = tomorrow().await;
    let presence = json!({ "state": "DREAMING", "lastSeenAt": null, "since": "yesterday" });
    let node = json!({ "__typename": "User", "id": "usr_2", "presence": presence });
    let nodes = json!({ "data": { "nodes": [{ "__typename": "Bot" }, node] } });
    let ids = ["bot_1".into(), "usr_2".into()];
    let both = futures_util::future::join(client.presence(&ids), answer(&listener, nodes));
    let (people, ()) = within("an answer", both).await;
    let people = people.expect("an answer");
    assert_eq!((people.len(), &people[0].user_id), (1, &ids[1]));
    let state = &people[0].presence.state;
    assert_eq!(state, &PresenceState::Unknown("DREAMING".to_owned()));
}

#[tokio::test]
async fn an_unknown_deed_is_in_the_audit_log() {
    let (listener, client) = tomorrow().await;
    let entry = json!({
        "action": "BLESS", "actor": user(), "target": user(), "message": null, "reason": null, "role": "READER",
        "until": null, "at": "2026-01-01T00:00:00.000Z", "mood": "solemn",
    });
    let log = json!({ "nodes": [entry], "pageInfo": { "hasNextPage": false, "endCursor": null } });
    let data = json!({ "data": { "room": { "auditLog": log } } });
    let room = "room_1".into();
    let both =
        futures_util::future::join(client.audit_log(&room, 10, None), answer(&listener, data));
    let (log, ()) = within("an answer", both).await;
    let entry = log.expect("a page").items.remove(0);
    assert_eq!(entry.action, AuditAction::Unknown("BLESS".to_owned()));
    assert_eq!(entry.role, Some(Role::Unknown("READER".to_owned())));
}

fn room_of_tomorrow() -> Value {
    json!({
        "__typename": "Room", "id": "room_1", "kind": "BROADCAST", "name": "news", "topic": null, "memberCount": 1,
        "createdAt": "2026-01-01T00:00:00.000Z", "lastActiveAt": "2026-01-01T00:00:00.000Z", "colour": "red", "slowModeSeconds": 0, "announcementOnly": false,
        "announcesMembers": true,
        "otherUser": null, "archivedAt": null, "lastMessage": null,
        "membership": {
            "role": "READER", "joinedAt": "2026-01-01T00:00:00.000Z", "lastReadSeq": 0,
            "mutedUntil": null, "draft": null,
            "unread": { "messages": 0, "mentions": 0, "reactions": 4 },
        },
    })
}

#[tokio::test]
async fn a_chat_passes_over_what_it_does_not_know() {
    let (listener, client) = tomorrow().await;
    let chat = client.chat(ChatOptions::memory()).await.expect("a chat");
    let (_, mut steps) = chat.rooms().await.expect("a list");
    chat.start();
    let server = tokio::spawn(async move {
        let overview = json!({ "data": { "viewer": {
            "user": user(), "cursor": "c1", "badge": "gold",
            "rooms": { "nodes": [], "pageInfo": { "hasNextPage": false, "endCursor": null } },
        } } });
        answer(&listener, overview.clone()).await;
        // The one that comes with the connection may come before it or after it.
        let (first, _) = listener.accept().await.expect("a client");
        let mut socket = match speaks_http(&first).await {
            true => {
                answer_on(first, overview).await;
                subscriber(&listener).await.0
            }
            false => {
                let socket = subscriber_on(first).await.0;
                answer(&listener, overview).await;
                socket
            }
        };
        let unknown = json!({
            "__typename": "PollOpened", "room": { "id": "room_1", "memberCount": 2 }, "question": "?",
        });
        let message = message_sent("c2", "known")["message"].clone();
        let known = json!({
            "__typename": "MessageSent", "room": { "id": "room_1", "memberCount": 2 }, "message": message,
        });
        let batch = json!({
            "events": [unknown, known], "cursor": "c2", "live": true, "reset": false, "compressed": false,
        });
        let payload = json!({ "data": { "events": batch } });
        write(
            &mut socket,
            json!({ "type": "next", "id": "events", "payload": payload }),
        )
        .await;
        let nodes = json!([room_of_tomorrow(), { "__typename": "Poll" }]);
        let nodes = json!({ "data": { "nodes": nodes, "pins": [{ "__typename": "Poll" }] } });
        answer(&listener, nodes).await;
        socket
    });
    let mut rooms = imbl::Vector::new();
    while rooms.is_empty() {
        for step in within("the room", steps.next()).await.expect("steps") {
            step.apply(&mut rooms);
        }
    }
    assert_eq!(rooms[0].kind, RoomKind::Unknown("BROADCAST".to_owned()));
    let timeline = chat.timeline(&rooms[0].id).await.expect("a timeline");
    let (lines, _) = timeline.items().await.expect("its lines");
    let said = lines.iter().find_map(|line| match &line.content {
        TimelineContent::Message(message) => Some(message.clone()),
        _ => None,
    });
    let said = said.expect("the message");
    assert_eq!(said.body, "known");
    let notice = said.notice.expect("a notice");
    assert_eq!(notice.kind, NoticeKind::Unknown("TOOK_A_BOW".to_owned()));
    within("the server", server).await.expect("it answered");
}

#[tokio::test]
async fn an_unknown_refusal_keeps_its_code() {
    let (listener, client) = tomorrow().await;
    let refusal = json!({ "code": "QUARANTINED", "message": "Wait a day.", "field": null });
    let payload =
        json!({ "data": { "sendMessage": { "message": null, "userErrors": [refusal] } } });
    let room = "room_1".into();
    let both = futures_util::future::join(client.send(&room, "hello"), answer(&listener, payload));
    let (sent, ()) = within("an answer", both).await;
    let expected = Error::Refused {
        code: "QUARANTINED".to_owned(),
        reason: "Wait a day.".to_owned(),
    };
    assert_eq!(sent.err(), Some(expected));
}
