//! How each field is asked for. What begins with `%` is filled in for the caller and the place.

/// The arguments and the selection of a field of a type; of a mutation only the arguments.
const QUESTIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "Query",
        &[
            ("viewer", "{ user { id } }"),
            ("node", r#"(id: "%thing") { id }"#),
            ("nodes", r#"(ids: ["%thing"]) { id }"#),
            ("room", r#"(id: "%room") { id }"#),
            ("channels", "{ nodes { id } }"),
            ("user", r#"(id: "%person") { id }"#),
            ("users", r#"(query: "wit") { nodes { id } }"#),
            ("serverInfo", "{ version }"),
        ],
    ),
    (
        "Room",
        &[
            ("members", "{ nodes { role } }"),
            ("messages", "{ nodes { body } }"),
            ("lastMessage", "{ body }"),
            ("otherUser", "{ id }"),
            ("pinnedMessages", "{ id }"),
            ("receipts", "{ lastReadSeq }"),
            ("typing", "{ id }"),
            ("bans", "{ nodes { createdAt } }"),
            ("invites", "{ nodes { code } }"),
            ("auditLog", "{ nodes { action } }"),
            ("membership", "{ role }"),
        ],
    ),
    ("Message", &[("versions", "{ body }")]),
    ("User", &[("presence", "{ state lastSeenAt }")]),
    (
        "Subscription",
        &[
            ("events", r#"(after: "%before") { live }"#),
            ("messages", r#"(roomId: "%room", after: "%before") { at }"#),
            ("typing", r#"(roomId: "%room") { users { id } }"#),
            ("receipts", r#"(roomId: "%room") { receipt { readAt } }"#),
            (
                "presence",
                r#"(userIds: ["%person", "%usher"]) { user { id } presence { state } }"#,
            ),
        ],
    ),
    (
        "Mutation",
        &[
            (
                "register",
                r#"(input: { username: "%new", password: "correct horse" })"#,
            ),
            (
                "login",
                r#"(input: { username: "usher", password: "correct horse battery" })"#,
            ),
            ("refreshSession", r#"(input: { refreshToken: "%token" })"#),
            ("logout", ""),
            (
                "changePassword",
                r#"(input: { currentPassword: "correct horse battery", newPassword: "correct horse battery" })"#,
            ),
            ("changeUsername", r#"(input: { username: "%new" })"#),
            ("revokeSession", r#"(input: { sessionId: "%thing" })"#),
            ("revokeOtherSessions", ""),
            ("updateProfile", r#"(input: { displayName: "Somebody" })"#),
            (
                "deleteAccount",
                r#"(input: { password: "correct horse battery", messages: DELETE })"#,
            ),
            ("blockUser", r#"(input: { userId: "%person" })"#),
            ("unblockUser", r#"(input: { userId: "%person" })"#),
            ("setPresence", "(input: { state: ONLINE })"),
            (
                "createRoom",
                r#"(input: { kind: GROUP, name: "tea", memberIds: ["%person"] })"#,
            ),
            ("openDirectRoom", r#"(input: { userId: "%person" })"#),
            (
                "updateRoom",
                r#"(input: { roomId: "%room", topic: "Tea" })"#,
            ),
            ("joinRoom", r#"(input: { roomId: "%room" })"#),
            ("leaveRoom", r#"(input: { roomId: "%room" })"#),
            (
                "addMember",
                r#"(input: { roomId: "%room", userId: "%person" })"#,
            ),
            (
                "removeMember",
                r#"(input: { roomId: "%room", userId: "%person" })"#,
            ),
            (
                "setMemberRole",
                r#"(input: { roomId: "%room", userId: "%person", role: ADMIN })"#,
            ),
            (
                "banMember",
                r#"(input: { roomId: "%room", userId: "%person" })"#,
            ),
            (
                "unbanMember",
                r#"(input: { roomId: "%room", userId: "%person" })"#,
            ),
            (
                "muteMember",
                r#"(input: { roomId: "%room", userId: "%person", until: "2999-01-01T00:00:00Z" })"#,
            ),
            ("revokeInvite", r#"(input: { code: "%invite" })"#),
            ("createInvite", r#"(input: { roomId: "%room" })"#),
            ("sendMessage", r#"(input: { roomId: "%room", body: "hi" })"#),
            (
                "editMessage",
                r#"(input: { messageId: "%thing", body: "hello" })"#,
            ),
            ("react", r#"(input: { messageId: "%thing", emoji: "👍" })"#),
            ("pinMessage", r#"(input: { messageId: "%thing" })"#),
            (
                "forwardMessage",
                r#"(input: { messageId: "%thing", roomId: "%room" })"#,
            ),
            ("deleteMessage", r#"(input: { messageId: "%thing" })"#),
            (
                "followThread",
                r#"(input: { messageId: "%thing", following: false })"#,
            ),
            ("saveDraft", r#"(input: { roomId: "%room", body: "hi" })"#),
            (
                "scheduleMessage",
                r#"(input: { roomId: "%room", body: "hi", sendAt: "%soon" })"#,
            ),
            (
                "cancelScheduledMessage",
                r#"(input: { scheduledMessageId: "%scheduled" })"#,
            ),
            ("markRead", r#"(input: { roomId: "%room", seq: 1 })"#),
            (
                "setTyping",
                r#"(input: { roomId: "%room", typing: false })"#,
            ),
        ],
    ),
];

/// What everyone may read who has got hold of the object at all, by the rows of `Query`.
const OPEN: &[(&str, &[&str])] = &[
    (
        "Viewer",
        &[
            "user",
            "rooms",
            "threads",
            "scheduledMessages",
            "unread",
            "unreadInThreads",
            "sessions",
            "blockedUsers",
            "cursor",
        ],
    ),
    (
        "Session",
        &["id", "device", "createdAt", "lastUsedAt", "ip", "current"],
    ),
    (
        "User",
        &[
            "id",
            "username",
            "displayName",
            "isDeleted",
            "bio",
            "status",
            "createdAt",
        ],
    ),
    (
        "Room",
        &[
            "id",
            "kind",
            "name",
            "topic",
            "createdAt",
            "lastActiveAt",
            "memberCount",
            "slowModeSeconds",
            "announcementOnly",
            "announcesMembers",
            "archivedAt",
        ],
    ),
    (
        "Message",
        &[
            "id",
            "room",
            "author",
            "seq",
            "clientId",
            "body",
            "sentAt",
            "editedAt",
            "deletedAt",
            "mentions",
            "replyTo",
            "reactions",
            "thread",
            "threadRoot",
            "mentionsRoom",
            "forwardedFrom",
            "notice",
            "pinnedAt",
        ],
    ),
];

/// A document, and where in its data the answer stands (RFC 6901).
pub struct Question {
    pub document: String,
    pub pointer: String,
}

/// Every field that is asked about.
pub fn asked() -> impl Iterator<Item = (&'static str, &'static str)> {
    let fields = QUESTIONS.iter();
    fields.flat_map(|(of, fields)| fields.iter().map(move |(field, _)| (*of, *field)))
}

/// Whether whoever has the object may read this.
pub fn is_open(of: &str, field: &str) -> bool {
    let open = OPEN.iter().filter(|(kind, _)| *kind == of);
    open.flat_map(|(_, fields)| *fields)
        .any(|one| *one == field)
}

pub fn question(of: &str, field: &str) -> Option<Question> {
    let (_, fields) = QUESTIONS.iter().find(|(kind, _)| *kind == of)?;
    let (_, rest) = fields.iter().find(|(name, _)| *name == field)?;
    let (document, parent) = match of {
        "Query" => (format!("{{ {field}{rest} }}"), ""),
        "Mutation" => {
            let errors = "{ userErrors { code message field } }";
            (format!("mutation {{ {field}{rest} {errors} }}"), "")
        }
        "Subscription" => (format!("subscription {{ {field}{rest} }}"), ""),
        "Room" => (
            format!(r#"{{ room(id: "%room") {{ {field}{rest} }} }}"#),
            "/room",
        ),
        "Message" => (
            format!(r#"{{ node(id: "%thing") {{ ... on Message {{ {field}{rest} }} }} }}"#),
            "/node",
        ),
        "User" => (
            format!(r#"{{ user(id: "%person") {{ {field}{rest} }} }}"#),
            "/user",
        ),
        _ => panic!("it is not known how to get hold of a {of}"),
    };
    Some(Question {
        document,
        pointer: format!("{parent}/{field}"),
    })
}
