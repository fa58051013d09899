//! What a parsed document would cost, counted before anything walks it field by field.
//!
//! Fragments that spread others twice double at every step: thirty such lines are a thousand
//! million fields. The checks of async-graphql follow every spread, so they must not see such
//! a document; here each fragment is counted once.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::limits::Limits;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cost {
    fields: usize,
    aliases: usize,
    depth: usize,
    directives: usize,
    /// Lists of introspection, one within the other.
    introspection: usize,
}

/// The lists through which introspection leads from type to type, as often as one likes. Each
/// step multiplies the answer, and no count of fields tells.
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

impl Cost {
    /// Selected side by side.
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            depth: self.depth.max(other.depth),
            directives: self.directives.max(other.directives),
            introspection: self.introspection.max(other.introspection),
        }
    }
}

/// Refuses documents beyond the limits, and fragments that spread themselves.
///
/// # Errors
/// A sentence for the client.
pub(super) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<(), String> {
    let mut counter = Counter {
        document,
        fragments: HashMap::new(),
    };
    for (_, operation) in document.operations.iter() {
        let cost = counter.selections(&operation.node.selection_set.node)?;
        let directives = cost.directives.max(operation.node.directives.len());
        for (amount, limit, what) in [
            (cost.depth, limits.depth, "levels of fields"),
            (cost.fields, limits.fields, "fields"),
            (cost.aliases, limits.aliases, "aliases"),
            (directives, limits.directives, "directives in one place"),
            (
                cost.introspection,
                limits.introspection,
                "lists of types within lists of types",
            ),
        ] {
            if amount > limit {
                return Err(format!("An operation may have at most {limit} {what}."));
            }
        }
    }
    Ok(())
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    /// `None` while a fragment is being counted: it must not meet itself.
    fragments: HashMap<&'a Name, Option<Cost>>,
}

impl<'a> Counter<'a> {
    fn selections(&mut self, set: &'a SelectionSet) -> Result<Cost, String> {
        let mut total = Cost::default();
        for selection in &set.items {
            total = total.beside(self.selection(selection)?);
        }
        Ok(total)
    }

    fn selection(&mut self, selection: &'a Positioned<Selection>) -> Result<Cost, String> {
        let mut cost = match &selection.node {
            Selection::Field(field) => {
                let mut cost = self.selections(&field.node.selection_set.node)?;
                cost.fields = cost.fields.saturating_add(1);
                cost.depth += 1;
                let list = INTROSPECTION_LISTS.contains(&field.node.name.node.as_str());
                cost.introspection += usize::from(list);
                cost.aliases = cost
                    .aliases
                    .saturating_add(usize::from(field.node.alias.is_some()));
                cost
            }
            Selection::InlineFragment(inline) => {
                self.selections(&inline.node.selection_set.node)?
            }
            Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
        };
        cost.directives = cost.directives.max(selection.node.directives().len());
        Ok(cost)
    }

    /// An unknown fragment costs nothing; validation says that it is unknown.
    fn fragment(&mut self, name: &'a Name) -> Result<Cost, String> {
        match self.fragments.get(name) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(format!("The fragment \"{name}\" spreads itself.")),
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Cost::default());
        };
        self.fragments.insert(name, None);
        let cost = self.selections(&fragment.node.selection_set.node)?;
        self.fragments.insert(name, Some(cost));
        Ok(cost)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn verdict(document: &str) -> Result<(), String> {
        let limits = Limits {
            depth: 3,
            fields: 8,
            aliases: 2,
            directives: 1,
            ..Limits::default()
        };
        check(&parse_query(document).expect("a document"), &limits)
    }

    #[test]
    fn each_limit_has_its_say() {
        for (document, expected) in [
            ("{ a { b { c } } }", ""),
            ("{ a { b { c { d } } } }", "at most 3 levels"),
            (
                "{ a { ...F } } fragment F on T { b { ... on T { c { d } } } }",
                "at most 3 levels",
            ),
            ("{ a b c d e f g h }", ""),
            ("{ a b c d e f g h i }", "at most 8 fields"),
            ("{ x: a y: a }", ""),
            ("{ x: a y: a z: a }", "at most 2 aliases"),
            ("{ a @skip(if: true) }", ""),
            (
                "{ a @skip(if: true) @skip(if: true) }",
                "at most 1 directives",
            ),
            ("query @x @y { a }", "at most 1 directives"),
            ("{ fields { interfaces { a } } }", ""),
            (
                "{ fields { interfaces { x: possibleTypes } } }",
                "at most 2 lists of types",
            ),
            (
                "{ ...F } fragment F on T { a ...G } fragment G on T { ...F }",
                "spreads itself",
            ),
        ] {
            let found = verdict(document).err().unwrap_or_default();
            assert!(
                found.contains(expected) && found.is_empty() == expected.is_empty(),
                "{document}: {found}"
            );
        }
    }

    #[test]
    fn doubling_fragments_are_counted_without_being_followed() {
        let mut document = "{ ...F0 }".to_owned();
        for step in 0..100 {
            let next = step + 1;
            document.push_str(&format!(
                " fragment F{step} on T {{ ...F{next} ...F{next} }}"
            ));
        }
        document.push_str(" fragment F100 on T { a }");
        assert!(verdict(&document).is_err());
    }
}
