//! Variables that only say what a subscription follows.

use std::{collections::HashSet, convert::Infallible};

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet},
};

use super::subscription_root::root;

/// The variables that are used in the arguments of the operation's root field and nowhere else.
/// They have no part in what a payload looks like.
pub(super) fn routing_variables(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
) -> HashSet<Name> {
    let Some(root) = root(document, operation_name) else {
        return HashSet::new();
    };
    let (mut routing, mut others) = (HashSet::new(), HashSet::new());
    for item in &root.items {
        in_directives(item.node.directives(), &mut others);
        if let Selection::Field(field) = &item.node {
            in_arguments(&field.node, &mut routing);
            in_selections(&field.node.selection_set.node, &mut others);
        }
    }
    for fragment in document.fragments.values() {
        in_selections(&fragment.node.selection_set.node, &mut others);
    }
    routing.retain(|name| !others.contains(name));
    routing
}

fn in_selections(set: &SelectionSet, found: &mut HashSet<Name>) {
    for item in &set.items {
        in_directives(item.node.directives(), found);
        match &item.node {
            Selection::Field(field) => {
                in_arguments(&field.node, found);
                in_selections(&field.node.selection_set.node, found);
            }
            Selection::InlineFragment(inline) => {
                in_selections(&inline.node.selection_set.node, found);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn in_directives(directives: &[Positioned<Directive>], found: &mut HashSet<Name>) {
    for (_, value) in directives.iter().flat_map(|one| &one.node.arguments) {
        let _ = value.node.clone().into_const_with(|name| note(name, found));
    }
}

fn in_arguments(field: &Field, found: &mut HashSet<Name>) {
    for (_, value) in &field.arguments {
        let _ = value.node.clone().into_const_with(|name| note(name, found));
    }
}

fn note(name: Name, found: &mut HashSet<Name>) -> Result<Value, Infallible> {
    found.insert(name);
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn routing(query: &str) -> Vec<String> {
        let document = parse_query(query).expect("a document");
        let names = routing_variables(&document, None);
        let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_the_root_field_alone_uses_is_left_out() {
        for (query, expected) in [
            (
                "subscription { a(x: $x, y: [{ z: $y }]) { b } }",
                &["x", "y"][..],
            ),
            ("subscription { a(x: $x) { b(x: $x) } }", &[]),
            ("subscription { a(x: $x) @skip(if: $x) { b } }", &[]),
            ("subscription { a(x: $x) { b @include(if: $y) } }", &["x"]),
            (
                "subscription { a(x: $x) { ... @include(if: $x) { b } } }",
                &[],
            ),
            (
                "subscription { a(x: $x, y: $y) { ...F } } fragment F on T { b(y: $y) }",
                &["x"],
            ),
        ] {
            assert_eq!(routing(query), expected, "{query}");
        }
    }
}
