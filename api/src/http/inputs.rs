//! Whether variables are certainly of the types that an operation declares.
//!
//! Only a document that was validated in full is executed without doing so again, and only with
//! variables that could not change the verdict. In doubt they could.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Value, Variables,
    parser::{
        parse_schema,
        types::{
            BaseType, OperationDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
            VariableDefinition,
        },
    },
};

/// The types of a schema that variables can have; those that are missing are doubtful.
#[derive(Default)]
pub(super) struct InputTypes(HashMap<Name, InputType>);

enum InputType {
    /// One of the schema's own, which validation takes any value for: the resolver's input is
    /// where it is read.
    Scalar,
    Enum(HashSet<Name>),
    Object(HashMap<Name, Field>),
}

struct Field {
    of: Type,
    is_required: bool,
}

impl InputTypes {
    /// The types of a schema in the schema definition language; none if it is not in that.
    pub(super) fn of(sdl: &str) -> Self {
        let Ok(schema) = parse_schema(sdl) else {
            return Self::default();
        };
        let types = schema.definitions.into_iter().filter_map(|one| match one {
            TypeSystemDefinition::Type(definition) => input_type(definition.node),
            _ => None,
        });
        Self(types.collect())
    }

    /// Whether every variable that is there is certainly what the operation declares. One that is
    /// left out changes nothing: its default was validated with the document.
    pub(super) fn accept(&self, operation: &OperationDefinition, variables: &Variables) -> bool {
        let mut declared = operation.variable_definitions.iter();
        declared.all(
            |definition| match variables.get(&definition.node.name.node) {
                Some(value) => self.is_declared(&definition.node, value),
                None => true,
            },
        )
    }

    /// A variable with a default may stand where null may not.
    fn is_declared(&self, definition: &VariableDefinition, value: &Value) -> bool {
        match value {
            Value::Null => definition.default_value.is_none() && definition.var_type.node.nullable,
            value => self.is_of(&definition.var_type.node, value),
        }
    }

    fn is_of(&self, expected: &Type, value: &Value) -> bool {
        match (&expected.base, value) {
            (_, Value::Null) => expected.nullable,
            (BaseType::List(item), Value::List(values)) => {
                values.iter().all(|value| self.is_of(item, value))
            }
            (BaseType::Named(name), value) => self.is_named(name, value),
            _ => false,
        }
    }

    fn is_named(&self, name: &Name, value: &Value) -> bool {
        match (name.as_str(), value) {
            ("String" | "ID", Value::String(_)) | ("Boolean", Value::Boolean(_)) => true,
            ("Float", Value::Number(_)) => true,
            // Some integers of a schema have no sign.
            ("Int", Value::Number(number)) => number.is_i64() && number.is_u64(),
            (_, value) => match (self.0.get(name), value) {
                (Some(InputType::Scalar), Value::String(_)) => true,
                (Some(InputType::Enum(names)), Value::String(name)) => {
                    names.contains(name.as_str())
                }
                (Some(InputType::Object(fields)), Value::Object(values)) => {
                    let known = values.iter().all(|(name, value)| {
                        let field = fields.get(name);
                        field.is_some_and(|field| self.is_of(&field.of, value))
                    });
                    let mut required = fields.iter().filter(|(_, field)| field.is_required);
                    known && required.all(|(name, _)| values.contains_key(name))
                }
                _ => false,
            },
        }
    }
}

fn input_type(definition: TypeDefinition) -> Option<(Name, InputType)> {
    // Such as `@oneOf`: they may ask for more.
    if !definition.directives.is_empty() {
        return None;
    }
    let kind = match definition.kind {
        TypeKind::Scalar => InputType::Scalar,
        TypeKind::Enum(kind) => {
            let values = kind.values.into_iter();
            InputType::Enum(values.map(|value| value.node.value.node).collect())
        }
        TypeKind::InputObject(kind) => {
            let fields = kind.fields.into_iter().map(|field| {
                let (of, default) = (field.node.ty.node, field.node.default_value);
                let is_required = !of.nullable && default.is_none();
                (field.node.name.node, Field { of, is_required })
            });
            InputType::Object(fields.collect())
        }
        _ => return None,
    };
    Some((definition.name.node, kind))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::{Value as Json, json};

    use super::*;

    const SDL: &str = "
        scalar Odd
        enum Kind { A B }
        input Point { x: Int! y: Int! = 1 kind: Kind next: Point }
        input Either @oneOf { a: Int b: Int }
        type Query { a: Int }";

    fn accepts(declared: &str, variables: &Json) -> bool {
        let document = parse_query(format!("query Q({declared}) {{ a }}")).expect("a document");
        let (_, operation) = document.operations.iter().next().expect("an operation");
        let variables = Variables::from_json(variables.clone());
        InputTypes::of(SDL).accept(&operation.node, &variables)
    }

    #[test]
    fn what_is_certain_is_accepted() {
        for (declared, value) in [
            ("$v: String!", json!("text")),
            ("$v: ID", json!("text")),
            ("$v: ID", json!(null)),
            ("$v: Int!", json!(7)),
            ("$v: Float", json!(7.5)),
            ("$v: Boolean! = true", json!(false)),
            ("$v: [Int!]!", json!([1, 2])),
            ("$v: [[Int]]", json!([[1, null], null])),
            ("$v: Kind!", json!("A")),
            ("$v: Odd", json!("text")),
            ("$v: Point", json!({ "x": 1 })),
            (
                "$v: Point",
                json!({ "x": 1, "kind": null, "next": { "x": 1, "y": 2, "kind": "B" } }),
            ),
        ] {
            assert!(
                accepts(declared, &json!({ "v": value })),
                "{declared} {value}"
            );
        }
        for declared in ["$v: Int!", "$v: Int = 3", "$v: Odd"] {
            assert!(accepts(declared, &json!({ "other": 1 })), "{declared}");
        }
    }

    #[test]
    fn what_is_wrong_or_doubtful_is_not() {
        for (declared, value) in [
            ("$v: String!", json!(null)),
            ("$v: String!", json!(1)),
            ("$v: String = \"a\"", json!(null)),
            ("$v: ID", json!(1)),
            ("$v: Int", json!("1")),
            ("$v: Int", json!(1.0)),
            ("$v: Int", json!(-1)),
            ("$v: Int", json!(9_223_372_036_854_775_808_u64)),
            ("$v: Boolean", json!(0)),
            ("$v: [Int!]", json!([1, null])),
            ("$v: [Int]", json!(1)),
            ("$v: [Int]", json!([[1]])),
            ("$v: Kind", json!("C")),
            ("$v: Kind", json!(1)),
            ("$v: Point", json!({})),
            ("$v: Point", json!({ "x": null })),
            ("$v: Point", json!({ "x": 1, "z": 1 })),
            ("$v: Point", json!({ "x": 1, "next": { "y": 1 } })),
            ("$v: Point", json!([])),
            ("$v: Odd", json!(1)),
            ("$v: Odd!", json!(null)),
            ("$v: Missing", json!("text")),
            ("$v: Query", json!({})),
            ("$v: Either", json!({ "a": 1 })),
        ] {
            assert!(
                !accepts(declared, &json!({ "v": value })),
                "{declared} {value}"
            );
        }
    }
}
