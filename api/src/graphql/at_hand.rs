//! Renders objects from what is at hand, without waiting.
//!
//! async-graphql makes a boxed future of each field of each object, which costs far more than
//! most fields are worth. Here a list first reads, for all its objects at once, what their
//! fields need ([`Hand`]), and then writes down one field after the other. A field that a type
//! does not have at hand takes the ordinary path, by itself: its resolver is called as ever. So
//! does everything when a read fails.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet, TypeCondition};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::{ContainerType, resolve_list};
use async_graphql::{
    Context, ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
};
use futures_util::FutureExt;
use futures_util::future::try_join_all;

use super::hand::Hand;
use super::loaders::Loaders;

/// A type that can say the values of some of its fields at once.
pub(super) trait AtHand: ContainerType {
    /// The value of a field as its resolver would give it, if everything is in `self` or in
    /// `hand`. `None` for every other field.
    fn at_hand(&self, _field: &str, _ctx: &Context<'_>, _hand: &Hand) -> Option<Value> {
        None
    }

    /// Calls the resolver of a field.
    fn resolve_ordinarily(
        &self,
        ctx: &Context<'_>,
    ) -> impl Future<Output = ServerResult<Option<Value>>> + Send {
        self.resolve_field(ctx)
    }
}

impl<T: AtHand> AtHand for &T {
    fn at_hand(&self, field: &str, ctx: &Context<'_>, hand: &Hand) -> Option<Value> {
        T::at_hand(self, field, ctx, hand)
    }

    async fn resolve_ordinarily(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        T::resolve_ordinarily(self, ctx).await
    }
}

/// An object that is rendered from what is at hand.
pub struct AtOnce<T>(pub T);

/// A list of such.
pub struct ListAtOnce<T>(pub Vec<T>);

impl<T: AtHand> OutputType for AtOnce<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Some(hand) = gather(ctx, std::slice::from_ref(&self.0)).await else {
            return self.0.resolve(ctx, field).await;
        };
        Partial::new(ctx, &self.0, &hand)
            .complete(ctx, &self.0)
            .await
    }
}

impl<T: AtHand> OutputType for ListAtOnce<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Some(hand) = gather(ctx, &self.0).await else {
            return resolve_list(ctx, field, &self.0, Some(self.0.len())).await;
        };
        let objects = self.0.iter().map(|object| Partial::new(ctx, object, &hand));
        let mut objects: Vec<_> = objects.collect();
        if objects.iter().all(Partial::is_complete) {
            let values = objects.into_iter().map(Partial::into_value);
            return Ok(Value::List(values.collect()));
        }
        let objects = self.0.iter().zip(objects.drain(..)).enumerate();
        let completed = objects.map(|(index, (object, partial))| {
            let ctx = ctx.with_index(index);
            async move {
                let value = partial.complete(&ctx, object).await;
                value.map_err(|error| ctx.set_error_path(error))
            }
        });
        try_join_all(completed).await.map(Value::List)
    }
}

/// Reads what rendering these takes, in as many rounds as it takes. `None` if that fails.
async fn gather<T: AtHand>(ctx: &ContextSelectionSet<'_>, objects: &[T]) -> Option<Hand> {
    #[cfg(test)]
    if ctx.data_opt::<tests::FieldByField>().is_some() {
        return None;
    }
    let mut hand = Hand::gathering();
    while hand.is_gathering() {
        for object in objects {
            Partial::new(ctx, object, &hand);
        }
        hand.load(ctx.data_unchecked::<Loaders>()).await.ok()?;
    }
    Some(hand)
}

impl Hand {
    /// The value of a field that is an object.
    pub(super) fn object<T: AtHand>(&self, ctx: &Context<'_>, object: &T) -> Option<Value> {
        let ctx = ctx.with_selection_set(&ctx.item.node.selection_set);
        let object = Partial::new(&ctx, object, self);
        object.is_complete().then(|| object.into_value())
    }

    /// The value of a field that is a list of objects.
    pub(super) fn list<T: AtHand>(&self, ctx: &Context<'_>, objects: &[T]) -> Option<Value> {
        let objects = objects.iter().map(|object| self.object(ctx, object));
        // To the end, even if one is not at hand: the others may ask for something, too.
        let objects: Vec<_> = objects.collect();
        objects.into_iter().collect::<Option<_>>().map(Value::List)
    }
}

/// An object as far as it is at hand.
struct Partial<'a> {
    /// In the order of the selection; null for what is missing.
    values: Vec<(Name, Value)>,
    /// The fields that are missing, with their places.
    missing: Vec<(usize, &'a Positioned<Field>)>,
}

impl<'a> Partial<'a> {
    fn new<T: AtHand>(ctx: &ContextSelectionSet<'a>, object: &T, hand: &Hand) -> Self {
        let mut partial = Self {
            values: Vec::new(),
            missing: Vec::new(),
        };
        if !hand.is_gathering() {
            partial.values.reserve(ctx.item.node.items.len());
        }
        partial.add(ctx, object, hand);
        partial
    }

    fn add<T: AtHand>(&mut self, ctx: &ContextSelectionSet<'a>, object: &T, hand: &Hand) {
        for selection in &ctx.item.node.items {
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    self.add_field(ctx, field, object, hand);
                    continue;
                }
                Selection::InlineFragment(inline) => (
                    inline.node.type_condition.as_ref(),
                    &inline.node.selection_set,
                ),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // Documents are validated: it is there.
                    let Some(fragment) = ctx.query_env.fragments.get(name) else {
                        continue;
                    };
                    (
                        Some(&fragment.node.type_condition),
                        &fragment.node.selection_set,
                    )
                }
            };
            if condition.is_none_or(|condition| is_met(ctx, object, &condition.node)) {
                self.add_set(ctx, set, object, hand);
            }
        }
    }

    fn add_set<T: AtHand>(
        &mut self,
        ctx: &ContextSelectionSet<'a>,
        set: &'a Positioned<SelectionSet>,
        object: &T,
        hand: &Hand,
    ) {
        self.add(&ctx.with_selection_set(set), object, hand);
    }

    fn add_field<T: AtHand>(
        &mut self,
        ctx: &ContextSelectionSet<'a>,
        field: &'a Positioned<Field>,
        object: &T,
        hand: &Hand,
    ) {
        let name = field.node.name.node.as_str();
        if hand.is_gathering() {
            // Only what has fields itself can want something.
            if !field.node.selection_set.node.items.is_empty() {
                object.at_hand(name, &ctx.with_field(field), hand);
            }
            return;
        }
        let value = match name {
            _ if !field.node.directives.is_empty() => None,
            "__typename" => Some(Value::String(object.introspection_type_name().into_owned())),
            _ => object.at_hand(name, &ctx.with_field(field), hand),
        };
        if value.is_none() {
            self.missing.push((self.values.len(), field));
        }
        let name = field.node.response_key().node.clone();
        self.values.push((name, value.unwrap_or_default()));
    }

    fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Resolves what is missing.
    async fn complete<T: AtHand>(
        mut self,
        ctx: &ContextSelectionSet<'_>,
        object: &T,
    ) -> ServerResult<Value> {
        let missing = self.missing.iter().map(|(_, field)| {
            let resolved = async move {
                let ctx = ctx.with_field(field);
                object.resolve_ordinarily(&ctx).await
            };
            resolved.boxed()
        });
        let found = try_join_all(missing).await?;
        for ((place, _), value) in self.missing.iter().zip(found) {
            self.values[*place].1 = value.unwrap_or_default();
        }
        Ok(self.into_value())
    }

    fn into_value(self) -> Value {
        let mut object = IndexMap::with_capacity(self.values.len());
        for (name, value) in self.values {
            merge(&mut object, name, value);
        }
        Value::Object(object)
    }
}

/// Whether a fragment with this condition says something about the object.
fn is_met<T: AtHand>(ctx: &ContextSelectionSet<'_>, object: &T, condition: &TypeCondition) -> bool {
    let (name, condition) = (object.introspection_type_name(), condition.on.node.as_str());
    let implements = &ctx.schema_env.registry.implements;
    name == condition
        || T::type_name() == condition
        || implements
            .get(name.as_ref())
            .is_some_and(|interfaces| interfaces.contains(condition))
}

/// Fields that are selected twice under the same name are one field with the selections of both.
fn merge(object: &mut IndexMap<Name, Value>, name: Name, value: Value) {
    let Some(present) = object.get_mut(&name) else {
        object.insert(name, value);
        return;
    };
    merge_values(present, value);
}

fn merge_values(present: &mut Value, value: Value) {
    match (present, value) {
        (Value::Object(present), Value::Object(fields)) => {
            for (name, value) in fields {
                merge(present, name, value);
            }
        }
        (Value::List(present), Value::List(items)) => {
            for (present, item) in present.iter_mut().zip(items) {
                merge_values(present, item);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod documents;
#[cfg(test)]
mod tests;
