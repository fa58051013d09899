//! The schema as a whole, and its limits.

use std::sync::Arc;

use async_graphql::{SchemaBuilder, ValidationMode};

use super::mutations::Mutation;
use super::query::Query;
use super::subscription::Subscription;
use super::validity::TellValid;
use crate::services::Services;

pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// A field costs 1, and what is below a list costs as often as the list may be long.
const COMPLEXITY_MOST: usize = 20_000;

/// The schema over these use cases. It validates documents in full and tells of those that pass.
pub fn strict(services: Arc<Services>) -> Schema {
    limited(services).extension(TellValid).finish()
}

/// The same for documents that the strict one has let pass: whether they fit the schema is not
/// asked again, what they may cost is.
pub fn trusting(services: Arc<Services>) -> Schema {
    limited(services)
        .validation_mode(ValidationMode::Fast)
        .finish()
}

fn limited(services: Arc<Services>) -> SchemaBuilder<Query, Mutation, Subscription> {
    builder().data(services).limit_complexity(COMPLEXITY_MOST)
}

/// The schema in the schema definition language, as `schema.graphql` holds it.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation::default(), Subscription)
        .register_output_type::<super::types::node::Node>()
        .register_output_type::<super::types::event::Event>()
}

/// The schema without a limit.
#[cfg(test)]
pub(super) fn unlimited(services: Arc<Services>) -> Schema {
    builder().data(services).finish()
}

/// The schema over nothing, for asking about itself.
#[cfg(test)]
pub(super) fn bare() -> Schema {
    builder().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql");

    /// `UPDATE_SCHEMA=1 cargo test -p causerie-api schema` writes the file.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "how a test is told to write")]
    fn schema_graphql_is_up_to_date() {
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(FILE, sdl()).expect("schema.graphql is writable");
        }
        let written = std::fs::read_to_string(FILE).expect("schema.graphql is readable");
        assert!(
            written == sdl(),
            "run `make schema` and commit schema.graphql"
        );
    }

    #[tokio::test]
    async fn everything_in_the_schema_is_described() {
        let query = "{ __schema { types { kind name description
            fields { name description args { name description } }
            inputFields { name description } enumValues { name description } } } }";
        let answer = bare()
            .execute(query)
            .await
            .into_result()
            .expect("an answer");
        let answer = answer.data.into_json().expect("JSON");
        let mut silent = Vec::new();
        for kind in answer["__schema"]["types"].as_array().expect("types") {
            // The library's own: introspection, the built-in scalars, and Relay's connections.
            let name = kind["name"].as_str().expect("a name");
            if !name.starts_with("__") && !name.ends_with("Connection") && name != "ID" {
                note_silent(kind, String::new(), &mut silent);
            }
        }
        assert_eq!(silent, Vec::<String>::new(), "these have no description");
    }

    fn note_silent(item: &serde_json::Value, path: String, silent: &mut Vec<String>) {
        let path = format!("{path}.{}", item["name"].as_str().unwrap_or_default());
        if item["description"]
            .as_str()
            .is_none_or(|text| text.trim().is_empty())
        {
            silent.push(path.clone());
        }
        for part in ["fields", "args", "inputFields", "enumValues"] {
            for inner in item[part].as_array().into_iter().flatten() {
                note_silent(inner, path.clone(), silent);
            }
        }
    }
}
