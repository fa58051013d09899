//! Counting what somebody has not read, in rooms and in threads alike.
//!
//! A timeline is numbered without a gap, so all those after the marker need no counting. What is
//! counted are the person's own messages, those of others that say nothing (deleted ones, notices),
//! those for everyone in the room and those that speak to the person, each out of an index.

use crate::model::Unread;

/// How many messages come after the marker, and how many of these are one's own, say nothing and are
/// by others, are for everyone, and speak to one and not to everyone.
pub(super) type Counts = (i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

pub(super) fn unread((all, own, silent, to_everyone, to_them): Counts) -> Unread {
    Unread {
        messages: all - own.unwrap_or(0) - silent.unwrap_or(0),
        mentions: to_everyone.unwrap_or(0) + to_them.unwrap_or(0),
    }
}

/// The columns of [`Counts`] for a user, where a row has the timeline, the number of its newest message
/// and the marker.
macro_rules! unread_counts {
    ($user:expr, $timeline:expr, $newest:expr, $marker:expr) => {{
        use $crate::storage::schema::{mentions, messages};
        let after_marker = messages::table
            .filter(messages::timeline_id.eq($timeline))
            .filter(messages::seq.gt($marker));
        let of_others = after_marker.filter(messages::author_id.ne($user));
        let says_nothing = messages::deleted_at
            .is_not_null()
            .or(messages::notice.is_not_null());
        // What is for everyone is counted as that.
        let to_them = mentions::table
            .inner_join(messages::table)
            .filter(diesel::dsl::not(messages::mentions_room))
            .filter(mentions::user_id.eq($user))
            .filter(mentions::silent.eq(false))
            .filter(mentions::timeline_id.eq($timeline))
            .filter(mentions::seq.gt($marker));
        (
            $newest - $marker,
            after_marker
                .filter(messages::author_id.eq($user))
                .count()
                .single_value(),
            of_others.filter(says_nothing).count().single_value(),
            of_others
                .filter(messages::mentions_room)
                .count()
                .single_value(),
            to_them.count().single_value(),
        )
    }};
}

pub(super) use unread_counts;
