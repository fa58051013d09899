//! What is asked of both: all that the client selects.

macro_rules! message {
    () => {
        "__typename id room { id } author { __typename id username displayName isDeleted }
        seq clientId body sentAt editedAt deletedAt pinnedAt
        replyTo { id author { id username } body deletedAt }
        threadRoot { id thread { replyCount lastReplyAt } }
        thread { replyCount lastReplyAt }
        mentions { id username } mentionsRoom
        forwardedFrom { author { id username } sentAt }
        notice { kind user { id username } }
        reactions { emoji count }"
    };
}

macro_rules! membership {
    () => {
        "membership { role joinedAt lastReadSeq unread { messages mentions } mutedUntil
            draft { body replyTo { id } } }"
    };
}

macro_rules! room {
    () => {
        concat!(
            "__typename id kind name otherUser { id username } topic slowModeSeconds announcementOnly
            announcesMembers archivedAt createdAt lastActiveAt memberCount lastMessage { ",
            message!(),
            " } pinnedMessages { id pinnedAt } ",
            membership!()
        )
    };
}

macro_rules! page {
    () => {
        concat!(
            "nodes { ",
            message!(),
            " }
            pageInfo { hasPreviousPage hasNextPage startCursor endCursor }"
        )
    };
}

pub const MESSAGE: &str = message!();
pub const ROOM: &str = room!();

pub const STANDING: &str = concat!(
    "query ($ids: [ID!]!, $pinsOf: [ID!]!) {
        nodes(ids: $ids) { ... on Room { ",
    room!(),
    " } }
        pins: nodes(ids: $pinsOf) { ... on Room { id pinnedMessages { id pinnedAt } } }
    }"
);

pub const OVERVIEW: &str = concat!(
    "query ($first: Int, $after: String) { viewer {
        user { __typename id username displayName isDeleted }
        cursor
        rooms(first: $first, after: $after) {
            nodes { ",
    room!(),
    " }
            pageInfo { hasNextPage endCursor }
        }
    } }"
);

pub const HISTORY: &str = concat!(
    "query ($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: ID) {
        viewer { cursor }
        room(id: $roomId) {
            messages(first: $first, after: $after, last: $last, before: $before, around: $around) { ",
    page!(),
    " }
        }
    }"
);

pub const THREAD: &str = concat!(
    "query ($root: ID!, $last: Int, $before: String) {
        node(id: $root) { __typename ... on Message { thread {
            messages(last: $last, before: $before) { ",
    page!(),
    " }
        } } }
    }"
);

pub const EVENTS: &str = concat!(
    "subscription ($after: Cursor) { events(after: $after) {
        events {
            __typename
            room { id memberCount }
            ... on MessageSent { message { ",
    message!(),
    " } }
            ... on MessageEdited { message { ",
    message!(),
    " } }
            ... on MessageDeleted { message { ",
    message!(),
    " } }
            ... on ReactionsChanged { message { ",
    message!(),
    " } }
            ... on MemberJoined { member { user { id username } role joinedAt } }
            ... on MemberChanged { member { user { id username } role joinedAt } }
            ... on MemberLeft { user { id username } }
            ... on ThreadChanged { thread {
                root { id } following lastReadSeq unread { messages mentions } } }
            ... on DraftChanged { draft { body replyTo { id } } }
        }
        cursor
        live
        reset
    } }"
);

/// What is selected of what somebody keeps for themselves.
pub fn own(mutation: &str) -> String {
    let own = membership!();
    match mutation {
        "MarkRead" => format!(
            "{own} thread {{ root {{ id }} following lastReadSeq unread {{ messages mentions }} }}"
        ),
        _ => own.to_owned(),
    }
}
