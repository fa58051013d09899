//! The threads that the viewer follows.

use super::fields::{ForwardPageInfo, UnreadFields, count};
use super::message_fields::MessageFields;
use super::{UserError, outcome, schema};
use crate::model::{Page, ViewerThread};
use crate::{Error, MessageId};
use jiff::Timestamp;

#[derive(cynic::InputObject)]
pub(crate) struct FollowThreadInput {
    pub(crate) message_id: MessageId,
    pub(crate) following: bool,
}

mutation!(FollowThread, FollowThreadVariables: follow_thread(FollowThreadInput) -> ThreadPayload);

#[derive(cynic::QueryFragment)]
pub(crate) struct ThreadPayload {
    thread: Option<ViewerThreadFields>,
    user_errors: Vec<UserError>,
}

impl ThreadPayload {
    pub(crate) fn into_thread(self) -> Result<ViewerThread, Error> {
        outcome(self.thread, self.user_errors).map(Into::into)
    }
}

#[derive(cynic::QueryVariables)]
pub(crate) struct ThreadsVariables {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ThreadsVariables")]
pub(crate) struct Threads {
    viewer: ThreadsOfViewer,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Viewer", variables = "ThreadsVariables")]
struct ThreadsOfViewer {
    #[arguments(first: $first, after: $after)]
    threads: ThreadList,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "ThreadConnection")]
struct ThreadList {
    nodes: Vec<ViewerThreadFields>,
    page_info: ForwardPageInfo,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Thread")]
struct ViewerThreadFields {
    root: MessageFields,
    reply_count: i32,
    last_reply_at: Option<Timestamp>,
    following: bool,
    last_read_seq: i32,
    unread: UnreadFields,
}

impl From<ViewerThreadFields> for ViewerThread {
    fn from(thread: ViewerThreadFields) -> Self {
        Self {
            root: thread.root.into(),
            reply_count: count(thread.reply_count),
            last_reply_at: thread.last_reply_at,
            is_followed: thread.following,
            last_read_seq: count(thread.last_read_seq),
            unread: thread.unread.into(),
        }
    }
}

impl Threads {
    pub(crate) fn into_page(self) -> Page<ViewerThread> {
        let threads = self.viewer.threads;
        threads.page_info.page(threads.nodes)
    }
}
