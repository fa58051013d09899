//! Random selections of whatever the schema has, so that new fields are tried without being
//! listed.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::graphql::schema::sdl;

/// How many objects lie within one another.
const DEPTH: usize = 5;

/// The types that have fields.
pub struct Types(HashMap<String, Fields>);

struct Fields {
    /// Those that need no arguments, with their own types.
    free: Vec<(String, String)>,
    interfaces: Vec<String>,
}

impl Types {
    pub fn of_the_schema() -> Self {
        let schema = parse_schema(sdl()).expect("a schema");
        let types = schema.definitions.into_iter().filter_map(|one| {
            let TypeSystemDefinition::Type(definition) = one else {
                return None;
            };
            let (fields, interfaces) = match definition.node.kind {
                TypeKind::Object(object) => (object.fields, object.implements),
                TypeKind::Interface(interface) => (interface.fields, interface.implements),
                _ => return None,
            };
            let free = fields.into_iter().map(|field| field.node).filter(|field| {
                let mut arguments = field.arguments.iter().map(|one| &one.node);
                arguments.all(|one| one.ty.node.nullable || one.default_value.is_some())
            });
            let free = free.map(|field| (field.name.node.to_string(), innermost(&field.ty.node)));
            let interfaces = interfaces.iter().map(|one| one.node.to_string());
            let fields = Fields {
                free: free.collect(),
                interfaces: interfaces.collect(),
            };
            Some((definition.node.name.node.to_string(), fields))
        });
        Self(types.collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The types that a fragment may be about where an object of this type is.
    fn conditions<'t>(&'t self, name: &'t str) -> Vec<&'t str> {
        let implementing = self
            .0
            .iter()
            .filter(|(_, fields)| fields.interfaces.iter().any(|one| one == name));
        let mut conditions: Vec<&str> = implementing.map(|(one, _)| one.as_str()).collect();
        conditions.extend(self.0[name].interfaces.iter().map(String::as_str));
        conditions.push(name);
        conditions.sort_unstable();
        conditions
    }
}

fn innermost(kind: &Type) -> String {
    match &kind.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(of) => innermost(of),
    }
}

/// Writes selections; fragments that they spread come after the operation.
pub struct Writer<'a> {
    types: &'a Types,
    random: StdRng,
    fragments: Vec<String>,
}

impl<'a> Writer<'a> {
    pub fn new(types: &'a Types, seed: u64) -> Self {
        Self {
            types,
            random: StdRng::seed_from_u64(seed),
            fragments: Vec::new(),
        }
    }

    /// A selection of an object of this type, in braces.
    pub fn selection(&mut self, name: &str) -> String {
        self.at_depth(name, DEPTH)
    }

    pub fn fragments(&self) -> String {
        self.fragments.join(" ")
    }

    fn at_depth(&mut self, name: &str, depth: usize) -> String {
        // So that no set of fields is empty when others are skipped.
        let mut parts = vec!["__typename".to_owned()];
        for _ in 0..self.random.random_range(1..7) {
            let part = match self.random.random_range(0..8) {
                0 => self.fragment(name, depth),
                _ => self.field(name, depth),
            };
            parts.extend(part);
        }
        format!("{{ {} }}", parts.join(" "))
    }

    fn field(&mut self, name: &str, depth: usize) -> Option<String> {
        let types = self.types;
        let (field, of) = types.0[name].free.choose(&mut self.random)?;
        let alias = match self.random.random_range(0..4) {
            // Always the same for a field, so that what is selected twice can be merged.
            0 => format!("other_{field}: "),
            _ => String::new(),
        };
        let directive = match self.random.random_range(0..8) {
            0 => " @skip(if: $yes)",
            1 => " @include(if: $no)",
            2 => " @include(if: true)",
            3 => " @skip(if: false)",
            _ => "",
        };
        let selection = match (types.has(of), depth) {
            (true, 0) => return None,
            (true, depth) => self.at_depth(of, depth - 1),
            (false, _) => String::new(),
        };
        Some(format!("{alias}{field}{directive} {selection}"))
    }

    fn fragment(&mut self, name: &str, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let types = self.types;
        let condition = *types.conditions(name).choose(&mut self.random)?;
        let text = match self.random.random_range(0..3) {
            0 => format!("... {}", self.at_depth(name, depth)),
            1 => format!("... on {condition} {}", self.at_depth(condition, depth)),
            _ => {
                let selection = self.at_depth(condition, depth);
                let number = self.fragments.len();
                let fragment = format!("fragment F{number} on {condition} {selection}");
                self.fragments.push(fragment);
                format!("...F{number}")
            }
        };
        Some(text)
    }
}
