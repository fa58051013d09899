//! Who somebody is, without HTTP and without SQL: passwords, keys, tokens and rate limits.

mod ed25519;
pub(crate) mod keys;
pub(crate) mod password;
pub(crate) mod rate_limit;
pub(crate) mod refresh;
pub(crate) mod tokens;
