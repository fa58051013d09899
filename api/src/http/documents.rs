//! Documents that were found good, so that each is parsed and validated once.

use std::sync::Arc;

use async_graphql::{
    ServerError, Variables,
    parser::{
        self, parse_query,
        types::{DocumentOperations, ExecutableDocument},
    },
};
use quick_cache::{OptionsBuilder, Weighter, sync::Cache};

use super::{
    answer, document,
    inputs::InputTypes,
    limits::Limits,
    tokens::{self, Excess},
};

/// The memory that documents may take, in bytes.
const ROOM: u64 = 32 << 20;

/// How much more room a parsed document takes than its text, at the very most: a field of one
/// letter is two bytes of text.
const PARSED_TIMES: u64 = 128;

/// What is certain to be there at once; a shard of the cache takes no document beyond its share.
const SHARDS: usize = 8;

/// The documents that clients send again and again. Only such as passed every check come in.
pub(super) struct Documents {
    known: Cache<Box<str>, Arc<ExecutableDocument>, Room>,
    inputs: InputTypes,
    limits: Limits,
}

#[derive(Clone)]
struct Room;

impl Weighter<Box<str>, Arc<ExecutableDocument>> for Room {
    fn weight(&self, text: &Box<str>, _: &Arc<ExecutableDocument>) -> u64 {
        text.len() as u64 * PARSED_TIMES
    }
}

/// A document within the limits.
pub(super) struct Found {
    pub(super) document: Arc<ExecutableDocument>,
    /// Whether it was validated before.
    pub(super) is_valid: bool,
}

impl Documents {
    /// For a schema in the schema definition language.
    pub(super) fn new(limits: Limits, sdl: &str) -> Self {
        let mut options = OptionsBuilder::new();
        options
            .shards(SHARDS)
            .weight_capacity(ROOM)
            .estimated_items_capacity(1_000);
        let options = options.build().expect("both capacities");
        Self {
            known: Cache::with_options(options, Room, Default::default(), Default::default()),
            inputs: InputTypes::of(sdl),
            limits,
        }
    }

    /// The document of a text: a known one, or parsed and checked against the limits now.
    ///
    /// # Errors
    /// What to tell the client.
    pub(super) fn find(&self, text: &str) -> Result<Found, ServerError> {
        if let Some(document) = self.known.get(text) {
            return Ok(Found {
                document,
                is_valid: true,
            });
        }
        let limits = &self.limits;
        tokens::check(text, limits.tokens, limits.nesting)
            .map_err(|excess| answer::invalid(describe(excess, limits)))?;
        let document = parse_query(text).map_err(|error| describe_syntax(&error))?;
        document::check(&document, limits).map_err(answer::invalid)?;
        Ok(Found {
            document: Arc::new(document),
            is_valid: false,
        })
    }

    /// Remembers a document that was validated in full.
    pub(super) fn keep(&self, text: &str, document: &Arc<ExecutableDocument>) {
        self.known.insert(text.into(), Arc::clone(document));
    }

    /// Whether a document that is valid with some variables is so with these, beyond doubt.
    pub(super) fn is_valid_with(
        &self,
        document: &ExecutableDocument,
        variables: &Variables,
    ) -> bool {
        let operation = match &document.operations {
            DocumentOperations::Single(operation) => operation,
            // Each of several may declare the same variable as something else.
            DocumentOperations::Multiple(named) => match named.values().next() {
                Some(operation) if named.len() == 1 => operation,
                _ => return false,
            },
        };
        self.inputs.accept(&operation.node, variables)
    }
}

fn describe(excess: Excess, limits: &Limits) -> String {
    match excess {
        Excess::Tokens => format!("A document may have at most {} tokens.", limits.tokens),
        Excess::Nesting => format!("Brackets may be nested at most {} deep.", limits.nesting),
    }
}

/// The parser draws its message over several lines; the last one says what it expected.
fn describe_syntax(error: &parser::Error) -> ServerError {
    let message = match error {
        parser::Error::Syntax { message, .. } => {
            let expected = message.rsplit("= ").next().unwrap_or_default().trim();
            format!("Syntax error: {expected}.")
        }
        other => format!("Syntax error: {other}."),
    };
    let mut described = answer::invalid(message);
    described.locations = error.positions().collect();
    described
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents() -> Documents {
        Documents::new(Limits::default(), "type Query { a: Int }")
    }

    #[test]
    fn a_document_is_known_once_it_is_kept() {
        let documents = documents();
        for _ in 0..2 {
            assert!(!documents.find("{ a }").expect("a document").is_valid);
        }
        let found = documents.find("{ a }").expect("a document");
        documents.keep("{ a }", &found.document);
        let known = documents.find("{ a }").expect("a document");
        assert!(known.is_valid && Arc::ptr_eq(&known.document, &found.document));
        assert!(!documents.find("{ a  }").expect("a document").is_valid);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room() {
        let documents = documents();
        for number in 0..50_000 {
            let text = format!("{{ a{number}: a }}");
            let found = documents.find(&text).expect("a document");
            documents.keep(&text, &found.document);
        }
        assert!(documents.known.weight() <= ROOM);
        assert!(documents.known.len() > 1_000);
    }
}
