//! Relay connections: pages of things.

use std::borrow::Cow;

use async_graphql::connection::{CursorType, Edge, EmptyFields, OpaqueCursor, PageInfo};
use async_graphql::{Object, OutputType, TypeName};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::at_hand::{AtHand, ListAtOnce};
use crate::model::Page;

/// A page, and whether there is more on either side. async-graphql's own renders its nodes one by
/// one.
pub struct Connection<Node> {
    items: Vec<(String, Node)>,
    has_previous: bool,
    has_next: bool,
}

/// A page as a connection; `key` gives the place of an item in its list.
pub(super) fn connection<Item, Key, Node>(
    page: Page<Item>,
    key: impl Fn(&Item) -> Key,
    node: impl Fn(Item) -> Node,
) -> Connection<Node>
where
    Key: Serialize + DeserializeOwned,
{
    let items = page.items.into_iter().map(|item| {
        let cursor = OpaqueCursor(key(&item)).encode_cursor();
        (cursor, node(item))
    });
    Connection {
        items: items.collect(),
        has_previous: page.has_previous,
        has_next: page.has_next,
    }
}

#[Object(name_type)]
impl<Node: AtHand> Connection<Node> {
    /// Information to aid in pagination.
    async fn page_info(&self) -> PageInfo {
        let cursor = |item: &(String, Node)| item.0.clone();
        PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: self.items.first().map(cursor),
            end_cursor: self.items.last().map(cursor),
        }
    }

    /// A list of edges.
    async fn edges(&self) -> Vec<Edge<String, &Node, EmptyFields>> {
        let items = self.items.iter();
        items
            .map(|(cursor, node)| Edge::new(cursor.clone(), node))
            .collect()
    }

    /// A list of nodes.
    async fn nodes(&self) -> ListAtOnce<&Node> {
        ListAtOnce(self.items.iter().map(|(_, node)| node).collect())
    }
}

impl<Node: OutputType> TypeName for Connection<Node> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", Node::type_name()).into()
    }
}
