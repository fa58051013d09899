//! Which fields mean the same to everyone who may receive them, so that an event is rendered
//! once for all who asked alike.
//!
//! What is not listed here depends on the viewer. A field that is listed is resolved without a
//! viewer in its context: one that asks for it after all fails, and its event is rendered for
//! each viewer separately.

use std::collections::HashSet;

use async_graphql::Name;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};

/// The fields by their types; with the type of the field, if that has fields itself.
const SHARED: &[(&str, &[(&str, &str)])] = &[
    (
        "Subscription",
        &[
            ("events", "EventBatch"),
            ("messages", "Event"),
            ("typing", "Typing"),
            ("receipts", "ReceiptChanged"),
            ("presence", "PresenceChanged"),
        ],
    ),
    (
        "EventBatch",
        &[
            ("events", "Event"),
            ("cursor", ""),
            ("live", ""),
            ("reset", ""),
        ],
    ),
    ("Typing", &[("room", "Room"), ("users", "User")]),
    (
        "ReceiptChanged",
        &[("room", "Room"), ("receipt", "Receipt")],
    ),
    (
        "Receipt",
        &[("user", "User"), ("lastReadSeq", ""), ("readAt", "")],
    ),
    (
        "PresenceChanged",
        &[("user", "User"), ("presence", "Presence")],
    ),
    ("Presence", &[("state", ""), ("lastSeenAt", "")]),
    ("Event", &[("cursor", ""), ("at", ""), ("room", "Room")]),
    ("MessageSent", OF_MESSAGE),
    ("MessageEdited", OF_MESSAGE),
    ("MessageDeleted", OF_MESSAGE),
    ("ReactionsChanged", OF_MESSAGE),
    (
        "RoomChanged",
        &[("cursor", ""), ("at", ""), ("room", "Room")],
    ),
    ("MemberJoined", OF_MEMBER),
    ("MemberChanged", OF_MEMBER),
    (
        "MemberLeft",
        &[
            ("cursor", ""),
            ("at", ""),
            ("room", "Room"),
            ("user", "User"),
        ],
    ),
    (
        "Member",
        &[
            ("user", "User"),
            ("role", ""),
            ("joinedAt", ""),
            ("mutedUntil", ""),
        ],
    ),
    (
        "Message",
        &[
            ("id", ""),
            ("room", "Room"),
            ("author", "User"),
            ("seq", ""),
            ("clientId", ""),
            ("body", ""),
            ("replyTo", "Message"),
            ("threadRoot", "Message"),
            ("thread", "Thread"),
            ("sentAt", ""),
            ("editedAt", ""),
            ("deletedAt", ""),
            ("mentions", "User"),
            ("reactions", "Reaction"),
            ("mentionsRoom", ""),
            ("forwardedFrom", "ForwardedFrom"),
            ("notice", "Notice"),
            ("pinnedAt", ""),
        ],
    ),
    ("ForwardedFrom", &[("author", "User"), ("sentAt", "")]),
    ("Notice", &[("kind", ""), ("user", "User")]),
    (
        "Thread",
        &[("root", "Message"), ("replyCount", ""), ("lastReplyAt", "")],
    ),
    (
        "Reaction",
        &[("emoji", ""), ("count", ""), ("users", "User")],
    ),
    // A direct room is called after the other person, so `name` is not here.
    (
        "Room",
        &[
            ("id", ""),
            ("kind", ""),
            ("topic", ""),
            ("createdAt", ""),
            ("lastActiveAt", ""),
            ("memberCount", ""),
            ("slowModeSeconds", ""),
            ("announcementOnly", ""),
            ("announcesMembers", ""),
            ("archivedAt", ""),
        ],
    ),
    (
        "User",
        &[
            ("id", ""),
            ("username", ""),
            ("displayName", ""),
            ("isDeleted", ""),
            ("bio", ""),
            ("status", "UserStatus"),
            ("createdAt", ""),
        ],
    ),
    (
        "UserStatus",
        &[("text", ""), ("emoji", ""), ("expiresAt", "")],
    ),
];

/// What is private to somebody never comes to an audience, so it may depend on the viewer.
const PRIVATE: &[&str] = &["ThreadChanged", "DraftChanged", "ScheduledMessagesChanged"];

const OF_MESSAGE: &[(&str, &str)] = &[
    ("cursor", ""),
    ("at", ""),
    ("room", "Room"),
    ("message", "Message"),
];

const OF_MEMBER: &[(&str, &str)] = &[
    ("cursor", ""),
    ("at", ""),
    ("room", "Room"),
    ("member", "Member"),
];

/// Whether a subscription selects nothing that depends on the viewer.
pub fn is_shared(document: &ExecutableDocument, operation_name: Option<&str>) -> bool {
    let Some(operation) = operation(document, operation_name) else {
        return false;
    };
    let mut walk = Walk {
        document,
        seen: HashSet::new(),
    };
    walk.is_shared("Subscription", &operation.selection_set.node)
}

fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(&operation.node),
        (DocumentOperations::Multiple(named), Some(name)) => named.get(name).map(|one| &one.node),
        (DocumentOperations::Multiple(named), None) => named.values().next().map(|one| &one.node),
    }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    /// The fragments that were looked at, or are being.
    seen: HashSet<&'a Name>,
}

impl<'a> Walk<'a> {
    fn is_shared(&mut self, kind: &str, set: &'a SelectionSet) -> bool {
        if PRIVATE.contains(&kind) {
            return true;
        }
        set.items.iter().all(|selection| match &selection.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                name == "__typename"
                    || find(kind, name)
                        .is_some_and(|of| self.is_shared(of, &field.node.selection_set.node))
            }
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                let kind = condition.map_or(kind, |condition| condition.node.on.node.as_str());
                self.is_shared(kind, &inline.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                self.is_fragment_shared(&spread.node.fragment_name.node)
            }
        })
    }

    fn is_fragment_shared(&mut self, name: &'a Name) -> bool {
        if !self.seen.insert(name) {
            return true;
        }
        self.document.fragments.get(name).is_some_and(|fragment| {
            let kind = fragment.node.type_condition.node.on.node.as_str();
            self.is_shared(kind, &fragment.node.selection_set.node)
        })
    }
}

fn find(kind: &str, field: &str) -> Option<&'static str> {
    let (_, fields) = SHARED.iter().find(|(name, _)| *name == kind)?;
    let (_, of) = fields.iter().find(|(name, _)| *name == field)?;
    Some(of)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn shared(selection: &str) -> bool {
        let query = format!("subscription {{ messages {{ {selection} }} }} {FRAGMENTS}");
        is_shared(&parse_query(query).expect("a document"), None)
    }

    const FRAGMENTS: &str = "fragment Open on MessageSent { message { body ...Author } }
        fragment Author on Message { author { displayName } }
        fragment Mine on MessageSent { room { ...Part } }
        fragment Part on Room { id membership { role } }";

    #[test]
    fn what_the_viewer_decides_is_found_wherever_it_hides() {
        for selection in [
            "cursor",
            "__typename room { id __typename }",
            "... on MessageSent { message { body author { id } room { topic } } }",
            "... { at }",
            "...Open",
            "...Open ...Open",
            "... on MessageSent { message { thread { replyCount root { id } } } }",
            "... on ThreadChanged { room { name } thread { unread { messages } } }",
        ] {
            assert!(shared(selection), "{selection}");
        }
        for selection in [
            "room { name }",
            "room { id membership { role } }",
            "... on MessageSent { message { room { lastMessage { id } } } }",
            "...Mine",
            "...Open ...Mine",
            "... on MessageSent { message { thread { following } } }",
            "noSuchField",
            "...NoSuchFragment",
        ] {
            assert!(!shared(selection), "{selection}");
        }
    }

    const TYPES: &str = "{ __schema { types { name fields { name type { ...T } } } } }
        fragment T on __Type { name ofType { name ofType { name ofType { name } } } }";

    /// The name of a type below its lists and non-nulls.
    fn innermost(kind: &serde_json::Value) -> &str {
        kind["name"]
            .as_str()
            .unwrap_or_else(|| innermost(&kind["ofType"]))
    }

    #[tokio::test]
    async fn the_list_is_of_this_schema() {
        let answer = crate::graphql::schema::bare().execute(TYPES).await;
        let answer = answer.data.into_json().expect("JSON");
        let types = answer["__schema"]["types"].as_array().expect("types");
        for (kind, fields) in SHARED {
            let found = types.iter().find(|one| one["name"] == *kind);
            let known = found.unwrap_or_else(|| panic!("no type {kind}"))["fields"].as_array();
            for (field, of) in *fields {
                let mut known = known.into_iter().flatten();
                let field_type = known.find(|one| one["name"] == *field);
                let field_type = field_type.unwrap_or_else(|| panic!("no field {kind}.{field}"));
                let named = innermost(&field_type["type"]);
                let has_fields = SHARED.iter().any(|(name, _)| *name == named);
                assert_eq!(*of, if has_fields { named } else { "" }, "{kind}.{field}");
            }
        }
    }
}
