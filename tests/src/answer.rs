//! An answer of the GraphQL endpoint, and the questions cases ask of it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An expected outcome that is not success.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UserError {
    pub code: String,
    pub message: String,
    pub field: Option<Vec<String>>,
}

/// The body of a GraphQL response, with the HTTP headers that came along.
#[derive(Debug)]
pub struct Answer {
    pub body: Value,
    /// The `Set-Cookie` headers.
    pub cookies: Vec<String>,
}

impl Answer {
    /// What stands at `pointer` (RFC 6901) within `data`. There must be no top-level error.
    pub fn get<T: DeserializeOwned>(&self, pointer: &str) -> T {
        assert!(self.body.get("errors").is_none(), "{self:#?}");
        let value = self.body["data"].pointer(pointer);
        let value = value.unwrap_or_else(|| panic!("no {pointer} in {self:#?}"));
        serde_json::from_value(value.clone())
            .unwrap_or_else(|error| panic!("{pointer}: {error} in {self:#?}"))
    }

    /// Like [`Answer::get`], for a mutation that must have succeeded.
    pub fn success<T: DeserializeOwned>(&self, mutation: &str, pointer: &str) -> T {
        let errors: Vec<UserError> = self.get(&format!("/{mutation}/userErrors"));
        assert_eq!(errors, [], "{mutation} was refused");
        self.get(format!("/{mutation}/{pointer}").trim_end_matches('/'))
    }

    /// The one user error of a mutation that must have been refused.
    pub fn refusal(&self, mutation: &str) -> UserError {
        let mut errors: Vec<UserError> = self.get(&format!("/{mutation}/userErrors"));
        assert_eq!(errors.len(), 1, "{self:#?}");
        errors.remove(0)
    }

    /// `extensions.code` of the one top-level error there must be.
    pub fn error_code(&self) -> &str {
        let errors = self.body["errors"].as_array();
        let errors = errors.unwrap_or_else(|| panic!("no error in {self:#?}"));
        assert_eq!(errors.len(), 1, "{self:#?}");
        let code = errors[0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("no code in {self:#?}"))
    }
}
