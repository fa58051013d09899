//! Opaque identifiers, one type each, so that a room's id cannot stand where a message's is asked for.

use std::fmt;

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text as the server knows it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque! {
    /// A person: `usr_…`.
    UserId
}
opaque! {
    /// One sign-in on one device: `ses_…`.
    SessionId
}
opaque! {
    /// A channel, group or direct room: `room_…`.
    RoomId
}
opaque! {
    /// A message: `msg_…`.
    MessageId
}
opaque! {
    /// A message that is to be sent later: `sch_…`.
    ScheduledMessageId
}
opaque! {
    /// The client's own key of a message, chosen before the first attempt to send it: sending again under the same
    /// key gives the first message back, whatever became of the earlier answers.
    ClientId
}
opaque! {
    /// A position in the server's event log. Only equality means anything to a client; its order is the server's.
    Cursor
}
