//! Root fields of a subscription, out of the fragments they may come in.
//!
//! async-graphql starts only those subscription fields that stand directly in the operation:
//! one that comes through a fragment completes at once, with no data. So fragments at the root
//! are put in place before it sees the document.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};

/// The name of the root type, as the schema has it.
const ROOT: &str = "Subscription";

/// Puts the fragments at the root of the operation in place, and checks that one field remains.
///
/// # Errors
/// A sentence for the client, if the operation does not select exactly one field.
pub(super) fn flatten(
    document: &mut ExecutableDocument,
    operation_name: Option<&str>,
) -> Result<(), String> {
    let Some(root) = root_mut(document, operation_name) else {
        return Ok(());
    };
    let items = std::mem::take(&mut root.items);
    let mut flattening = Flattening {
        items: Vec::new(),
        placed: HashSet::new(),
        document,
    };
    flattening.place(items, &[]);
    let Flattening { items, placed, .. } = flattening;
    let keys: HashSet<&Name> = items.iter().filter_map(response_key).collect();
    if keys.len() > 1 {
        return Err("A subscription selects exactly one field.".to_owned());
    }
    if let Some(root) = root_mut(document, operation_name) {
        root.items = items;
    }
    forget_unused(document, &placed);
    Ok(())
}

pub(super) fn root<'a>(
    document: &'a ExecutableDocument,
    operation_name: Option<&str>,
) -> Option<&'a SelectionSet> {
    let operation = match (&document.operations, operation_name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(named), Some(name)) => named.get(name),
        (DocumentOperations::Multiple(named), None) => named.values().next(),
    };
    operation.map(|operation| &operation.node.selection_set.node)
}

fn root_mut<'a>(
    document: &'a mut ExecutableDocument,
    operation_name: Option<&str>,
) -> Option<&'a mut SelectionSet> {
    let operation = match (&mut document.operations, operation_name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(named), Some(name)) => named.get_mut(name),
        (DocumentOperations::Multiple(named), None) => named.values_mut().next(),
    };
    operation.map(|operation| &mut operation.node.selection_set.node)
}

struct Flattening<'a> {
    document: &'a ExecutableDocument,
    placed: HashSet<Name>,
    items: Vec<Positioned<Selection>>,
}

impl Flattening<'_> {
    /// Fragments on another type stay: validation says what is wrong with them.
    fn place(&mut self, items: Vec<Positioned<Selection>>, inherited: &[Positioned<Directive>]) {
        for mut item in items {
            item.node.directives_mut().extend_from_slice(inherited);
            match item.node {
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match self.document.fragments.get(name) {
                        Some(fragment) if fragment.node.type_condition.node.on.node == ROOT => {
                            self.placed.insert(name.clone());
                            let items = fragment.node.selection_set.node.items.clone();
                            self.place(items, &spread.node.directives);
                        }
                        _ => self.keep(Selection::FragmentSpread(spread), item.pos),
                    }
                }
                Selection::InlineFragment(inline) => match &inline.node.type_condition {
                    Some(condition) if condition.node.on.node != ROOT => {
                        self.keep(Selection::InlineFragment(inline), item.pos);
                    }
                    _ => {
                        let set = inline.node.selection_set.node;
                        self.place(set.items, &inline.node.directives);
                    }
                },
                field @ Selection::Field(_) => self.keep(field, item.pos),
            }
        }
    }

    fn keep(&mut self, selection: Selection, pos: async_graphql::Pos) {
        self.items.push(Positioned::new(selection, pos));
    }
}

/// Drops the fragments that were put in place and are spread nowhere else, because validation
/// refuses fragments that nobody uses.
fn forget_unused(document: &mut ExecutableDocument, placed: &HashSet<Name>) {
    let mut used = HashSet::new();
    for (_, operation) in document.operations.iter() {
        collect_spreads(&operation.node.selection_set.node, document, &mut used);
    }
    document
        .fragments
        .retain(|name, _| used.contains(name) || !placed.contains(name));
}

fn collect_spreads(set: &SelectionSet, document: &ExecutableDocument, used: &mut HashSet<Name>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                collect_spreads(&field.node.selection_set.node, document, used);
            }
            Selection::InlineFragment(inline) => {
                collect_spreads(&inline.node.selection_set.node, document, used);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if used.insert(name.clone())
                    && let Some(fragment) = document.fragments.get(name)
                {
                    collect_spreads(&fragment.node.selection_set.node, document, used);
                }
            }
        }
    }
}

fn response_key(item: &Positioned<Selection>) -> Option<&Name> {
    match &item.node {
        Selection::Field(field) => Some(&field.node.response_key().node),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn flat(source: &str) -> Result<(Vec<String>, Vec<String>), String> {
        let mut document = parse_query(source).expect("a document");
        flatten(&mut document, None)?;
        let root = root_mut(&mut document, None).expect("an operation");
        let items = root.items.iter().map(|item| match &item.node {
            Selection::Field(field) => {
                let directives = field.node.directives.len();
                format!("{} @{directives}", field.node.response_key().node)
            }
            other => format!("{} directives", other.directives().len()),
        });
        let items = items.collect();
        let mut fragments: Vec<_> = document.fragments.keys().map(ToString::to_string).collect();
        fragments.sort();
        Ok((items, fragments))
    }

    #[test]
    fn fragments_at_the_root_are_put_in_place() {
        for source in [
            "subscription { a { b } }",
            "subscription { ... { a { b } } }",
            "subscription { ... on Subscription { a { b } } }",
            "subscription { ...F } fragment F on Subscription { a { b } }",
            "subscription { ...F } fragment F on Subscription { ...G } fragment G on Subscription { ... { a } }",
        ] {
            assert_eq!(flat(source), Ok((vec!["a @0".into()], vec![])), "{source}");
        }
        assert_eq!(
            flat(
                "subscription { ...F } fragment F on Subscription { a { ...G } } fragment G on T { b }"
            ),
            Ok((vec!["a @0".into()], vec!["G".into()])),
        );
    }

    #[test]
    fn directives_of_the_fragment_go_to_its_fields() {
        let source = "subscription { ... @skip(if: true) { ...F @include(if: true) } } fragment F on Subscription { a }";
        assert_eq!(flat(source), Ok((vec!["a @2".into()], vec![])));
    }

    #[test]
    fn what_validation_should_see_is_left() {
        let unused = "subscription { a } fragment F on Subscription { a }";
        assert_eq!(flat(unused), Ok((vec!["a @0".into()], vec!["F".into()])));
        let foreign = "subscription { ...F } fragment F on Query { a }";
        assert_eq!(
            flat(foreign),
            Ok((vec!["0 directives".into()], vec!["F".into()]))
        );
    }

    #[test]
    fn two_fields_are_one_too_many() {
        assert!(flat("subscription { a b }").is_err());
        assert!(flat("subscription { x: a ...F } fragment F on Subscription { y: a }").is_err());
        assert!(flat("subscription { a { x } ... { a { y } } }").is_ok());
    }
}
