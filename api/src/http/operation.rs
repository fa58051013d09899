//! From what a client sent to something that can be executed.

use std::sync::Arc;

use async_graphql::{
    Request, ServerError, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    answer,
    documents::{Documents, Found},
    routing::routing_variables,
    subscription_root,
};
use crate::graphql::OnValid;

/// The parameters of a GraphQL request, with the right types and otherwise unexamined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameters {
    query: String,
    operation_name: Option<String>,
    variables: Map<String, Value>,
}

/// An operation whose document is parsed and within the limits.
pub(super) struct Operation {
    /// What the executor takes, document included.
    pub(super) request: Request,
    /// Query, mutation or subscription.
    pub(super) kind: OperationType,
    /// Whether validating it in full is certain to find no fault.
    pub(super) is_valid: bool,
}

/// Parameters that are kept for days, and take little room.
pub(super) struct StoredParameters {
    query: Box<str>,
    operation_name: Option<Box<str>>,
    /// As JSON.
    variables: Box<str>,
}

impl StoredParameters {
    pub(super) fn load(&self) -> Parameters {
        Parameters {
            query: self.query.to_string(),
            operation_name: self.operation_name.as_deref().map(str::to_owned),
            variables: serde_json::from_str(&self.variables).unwrap_or_default(),
        }
    }
}

impl Parameters {
    pub(super) fn store(&self) -> StoredParameters {
        StoredParameters {
            query: self.query.as_str().into(),
            operation_name: self.operation_name.as_deref().map(Box::from),
            variables: Value::Object(self.variables.clone()).to_string().into(),
        }
    }

    /// Reads the parameters out of a JSON value.
    ///
    /// # Errors
    /// A sentence for the client.
    pub(super) fn from_json(value: Value) -> Result<Self, String> {
        let mut map = match value {
            Value::Object(map) => map,
            Value::Array(_) => {
                return Err("Batches are not supported: send one request at a time.".to_owned());
            }
            _ => return Err("A GraphQL request is a JSON object.".to_owned()),
        };
        let query = match map.remove("query") {
            Some(Value::String(query)) => query,
            Some(Value::Null) | None => {
                return Err("The parameter \"query\" is missing.".to_owned());
            }
            Some(_) => return Err("The parameter \"query\" is not a string.".to_owned()),
        };
        let operation_name = match map.remove("operationName") {
            Some(Value::String(name)) => Some(name),
            Some(Value::Null) | None => None,
            Some(_) => return Err("The parameter \"operationName\" is not a string.".to_owned()),
        };
        let variables = take_object(&mut map, "variables")?;
        take_object(&mut map, "extensions")?;
        Ok(Self {
            query,
            operation_name,
            variables,
        })
    }

    /// What a subscription's payloads depend on, besides the viewer: operations of one digest look
    /// the same. `document` is the one that these parameters were prepared to.
    pub(super) fn digest(&self, document: &ExecutableDocument) -> [u8; 32] {
        let name = self.operation_name.as_deref();
        let routing = routing_variables(document, name);
        let variables = self.variables.iter();
        let variables: Map<String, Value> = variables
            .filter(|(name, _)| !routing.contains(name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut digest = Sha256::new();
        let parts = [self.query.as_str(), name.unwrap_or_default()];
        for part in parts
            .map(str::to_owned)
            .into_iter()
            .chain([Value::Object(variables).to_string()])
        {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }

    /// Parses the document, checks it against `limits` and picks the operation.
    ///
    /// # Errors
    /// What to tell the client.
    pub(super) fn prepare(self, documents: &Arc<Documents>) -> Result<Operation, ServerError> {
        let Found { document, is_valid } = documents.find(&self.query)?;
        let kind = pick(&document, self.operation_name.as_deref())?;
        let mut own = ExecutableDocument::clone(&document);
        if kind == OperationType::Subscription {
            subscription_root::flatten(&mut own, self.operation_name.as_deref())
                .map_err(answer::invalid)?;
        }
        let variables = Variables::from_json(Value::Object(self.variables));
        let is_known = is_valid;
        let is_valid = is_known && documents.is_valid_with(&document, &variables);
        let mut request = Request::new(self.query).variables(variables);
        if !is_known {
            let (documents, text) = (Arc::clone(documents), request.query.clone());
            let keep = move || documents.keep(&text, &document);
            request = request.data(OnValid::new(keep));
        }
        request.operation_name = self.operation_name;
        request.set_parsed_query(own);
        Ok(Operation {
            request,
            kind,
            is_valid,
        })
    }
}

fn take_object(map: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, String> {
    match map.remove(name) {
        Some(Value::Object(object)) => Ok(object),
        Some(Value::Null) | None => Ok(Map::new()),
        Some(_) => Err(format!("The parameter \"{name}\" is not an object.")),
    }
}

fn pick(document: &ExecutableDocument, name: Option<&str>) -> Result<OperationType, ServerError> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => operation,
        (DocumentOperations::Multiple(named), Some(name)) if named.contains_key(name) => {
            &named[name]
        }
        (DocumentOperations::Multiple(named), None) if named.len() == 1 => {
            return Ok(named
                .values()
                .next()
                .map_or(OperationType::Query, |operation| operation.node.ty));
        }
        (DocumentOperations::Multiple(_), None) => {
            let message = "The document has several operations: say which in \"operationName\".";
            return Err(answer::invalid(message));
        }
        (_, Some(name)) => {
            return Err(answer::invalid(format!(
                "The document has no operation named \"{name}\"."
            )));
        }
    };
    Ok(operation.node.ty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::limits::Limits;

    fn prepare(value: Value) -> Result<OperationType, String> {
        let parameters = Parameters::from_json(value)?;
        let operation = parameters
            .prepare(&Arc::new(Documents::new(Limits::default(), "")))
            .map_err(|error| error.message)?;
        Ok(operation.kind)
    }

    #[test]
    fn parameters_of_a_wrong_type_are_named() {
        for (value, expected) in [
            (json!([]), "Batches"),
            (json!("{ a }"), "JSON object"),
            (json!({}), "\"query\" is missing"),
            (json!({ "query": 1 }), "\"query\" is not a string"),
            (
                json!({ "query": "{ a }", "operationName": 1 }),
                "\"operationName\" is not a string",
            ),
            (
                json!({ "query": "{ a }", "variables": [] }),
                "\"variables\" is not an object",
            ),
            (
                json!({ "query": "{ a }", "extensions": "x" }),
                "\"extensions\" is not an object",
            ),
        ] {
            let message = prepare(value.clone()).expect_err("wrong");
            assert!(message.contains(expected), "{value}: {message}");
        }
    }

    #[test]
    fn the_operation_is_picked_by_name() {
        use OperationType::{Mutation, Query, Subscription};
        let both = "query A { a } mutation B { b }";
        for (query, name, expected) in [
            ("{ a }", None, Some(Query)),
            ("mutation { a }", None, Some(Mutation)),
            ("subscription S { a }", None, Some(Subscription)),
            (both, Some("A"), Some(Query)),
            (both, Some("B"), Some(Mutation)),
            (both, Some("C"), None),
            (both, None, None),
            ("{ a }", Some("A"), None),
        ] {
            let found = prepare(json!({ "query": query, "operationName": name })).ok();
            assert_eq!(found, expected, "{query} {name:?}");
        }
    }

    #[test]
    fn syntax_errors_are_one_sentence() {
        for query in [
            "",
            "{",
            "{ a(b: ) }",
            "query { a } { b }",
            "# nothing",
            "fragment F on T { a }",
            "\u{0}",
        ] {
            let message = prepare(json!({ "query": query })).expect_err("malformed");
            assert!(message.starts_with("Syntax error: "), "{message}");
            assert!(
                !message.contains('\n') && message.ends_with('.'),
                "{message}"
            );
        }
    }

    #[test]
    fn documents_beyond_the_limits_are_refused() {
        let message = prepare(json!({ "query": "{ a }".repeat(1_000) })).expect_err("too long");
        assert!(message.contains("2000 tokens"), "{message}");
        let message = prepare(json!({ "query": "{ a(b: [".repeat(100) })).expect_err("too deep");
        assert!(message.contains("48 deep"), "{message}");
    }
}
