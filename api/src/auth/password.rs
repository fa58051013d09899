//! Password rules, and argon2id hashing kept off the async threads.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{ARGON2ID_IDENT, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// The fewest characters (Unicode scalar values) a new password may have.
pub(crate) const MIN_CHARACTERS: usize = 8;
/// The most bytes of UTF-8 a new password may have.
pub(crate) const MAX_BYTES: usize = 1024;

static COMMON_PASSWORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Why a new password is not accepted. The text is meant for the person choosing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasswordRefused {
    /// Fewer than [`MIN_CHARACTERS`].
    #[error("The password needs at least 8 characters.")]
    TooShort,
    /// More than [`MAX_BYTES`].
    #[error("The password may have at most 1024 bytes.")]
    TooLong,
    /// Among the ten thousand commonest, ignoring case.
    #[error("This password is one of the most common; attackers try those first.")]
    Common,
}

/// Says whether `password` may be chosen. There are no rules of composition: length is what
/// resists guessing.
pub(crate) fn check_policy(password: &str) -> Result<(), PasswordRefused> {
    if password.len() > MAX_BYTES {
        return Err(PasswordRefused::TooLong);
    }
    if password.chars().count() < MIN_CHARACTERS {
        return Err(PasswordRefused::TooShort);
    }
    if COMMON_PASSWORDS.contains(password.to_lowercase().as_str()) {
        return Err(PasswordRefused::Common);
    }
    Ok(())
}

/// Hashing could not be done; never the fault of whoever typed the password.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashError {
    /// The library or the system's randomness failed, or a stored hash is not one.
    #[error("password hashing failed: {0}")]
    Hash(#[from] password_hash::Error),
    /// A stored hash cannot be read.
    #[error("the stored password hash is damaged: {0}")]
    Stored(argon2::password_hash::phc::Error),
    /// Too many are waiting for their turn.
    #[error("too many passwords are waiting to be hashed")]
    Busy,
    /// The hashing thread ended early, which happens only while the process shuts down.
    #[error("the hashing thread ended early")]
    Interrupted,
}

/// What came of comparing a password with a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The password is the right one.
    pub(crate) matches: bool,
    /// The password is right, but hashed with other settings than today's: store a new hash.
    pub(crate) rehash: bool,
}

/// How many may be hashed or wait for it. More would wait for longer than people do.
const QUEUE: usize = 256;

/// Hashes and verifies passwords with argon2id at the crate's defaults (19 MiB, two passes, one
/// lane), on blocking threads, a bounded number at a time, so that a burst of logins costs bounded
/// memory and never stalls the async threads.
#[derive(Clone)]
pub(crate) struct Passwords {
    slots: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Passwords {
    /// `parallelism` is how many hashes may run at the same time (each takes 19 MiB); at least one.
    pub(crate) fn new(parallelism: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(parallelism.max(1))),
            queue: Arc::new(Semaphore::new(QUEUE)),
        }
    }

    /// The PHC string (`$argon2id$v=19$…`) to store for `password`, with a new random salt.
    pub(crate) async fn hash(&self, password: String) -> Result<String, HashError> {
        self.blocking(move || {
            let hash = Argon2::default().hash_password(&normalize(&password))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Compares `password` with a stored PHC string. `None` stands for a user who does not exist:
    /// the same work is done, so that the time of the answer does not tell who exists, and the
    /// password never matches.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<Verdict, HashError> {
        self.blocking(move || {
            let known = hash.is_some();
            let stored = hash.as_deref().unwrap_or(&DUMMY_HASH);
            let stored = PasswordHash::new(stored).map_err(HashError::Stored)?;
            let matches = match Argon2::default().verify_password(&normalize(&password), &stored) {
                Ok(()) => known,
                Err(password_hash::Error::PasswordInvalid) => false,
                Err(error) => return Err(error.into()),
            };
            Ok(Verdict {
                matches,
                rehash: matches && is_outdated(&stored),
            })
        })
        .await
    }

    async fn blocking<T, F>(&self, work: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, HashError> + Send + 'static,
    {
        let _place = self.queue.try_acquire().map_err(|_| HashError::Busy)?;
        let slot = Arc::clone(&self.slots)
            .acquire_owned()
            .await
            .map_err(|_| HashError::Interrupted)?;
        tokio::task::spawn_blocking(move || {
            // The work goes on when the request is dropped, so the slot must stay taken with it.
            let _slot = slot;
            work()
        })
        .await
        .map_err(|_| HashError::Interrupted)?
    }
}

/// A hash with today's settings that nobody's password is compared with in earnest.
static DUMMY_HASH: LazyLock<String> = LazyLock::new(|| {
    Argon2::default()
        .hash_password_with_salt(b"nobody", b"nobody's salt 16")
        .map(|hash: PasswordHash| hash.to_string())
        .unwrap_or_default()
});

/// The bytes to hash: NFC, so that a password typed on another keyboard or system, which may
/// compose accents differently, stays the same password.
fn normalize(password: &str) -> Vec<u8> {
    password.nfc().collect::<String>().into_bytes()
}

fn is_outdated(hash: &PasswordHash) -> bool {
    let today = Params::default();
    hash.algorithm != ARGON2ID_IDENT
        || hash.version != Some(Version::default().into())
        || Params::try_from(hash).map_or(true, |used| {
            (used.m_cost(), used.t_cost(), used.p_cost())
                != (today.m_cost(), today.t_cost(), today.p_cost())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "correct horse battery";

    #[test]
    fn the_policy_asks_for_length_and_refuses_the_commonest() {
        let cases = [
            (GOOD, Ok(())),
            ("1234567", Err(PasswordRefused::TooShort)),
            // Seven characters, though more than eight bytes.
            ("ééééééé", Err(PasswordRefused::TooShort)),
            ("éééééééé", Ok(())),
            ("password", Err(PasswordRefused::Common)),
            ("PassWord", Err(PasswordRefused::Common)),
            ("qwertyuiop", Err(PasswordRefused::Common)),
        ];
        for (password, expected) in cases {
            assert_eq!(check_policy(password), expected, "{password}");
        }
        assert_eq!(check_policy(&"x".repeat(1024)), Ok(()));
        assert_eq!(
            check_policy(&"x".repeat(1025)),
            Err(PasswordRefused::TooLong)
        );
    }

    #[test]
    fn the_list_is_in_the_form_the_check_compares_with() {
        assert_eq!(COMMON_PASSWORDS.len(), 10_000);
        for password in COMMON_PASSWORDS.iter() {
            assert_eq!(*password, password.to_lowercase());
            assert!(password.chars().count() >= MIN_CHARACTERS, "{password}");
        }
    }

    #[tokio::test]
    async fn only_the_same_password_matches() {
        let passwords = Passwords::new(2);
        let hash = passwords.hash(GOOD.into()).await.expect("hash");
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );

        let right = passwords.verify(GOOD.into(), Some(hash.clone())).await;
        let right = right.expect("verify");
        assert!(right.matches && !right.rehash);

        let wrong = passwords.verify("Correct horse battery".into(), Some(hash));
        assert!(!wrong.await.expect("verify").matches);
    }

    #[tokio::test]
    async fn accents_composed_differently_are_the_same_password() {
        let passwords = Passwords::new(1);
        let hash = passwords.hash("mot de passé".into()).await.expect("hash");
        let decomposed = passwords.verify("mot de passe\u{301}".into(), Some(hash));
        assert!(decomposed.await.expect("verify").matches);
    }

    #[tokio::test]
    async fn an_unknown_user_never_matches() {
        let verdict = Passwords::new(1).verify("nobody".into(), None).await;
        assert!(!verdict.expect("verify").matches);
        assert!(!DUMMY_HASH.is_empty());
    }

    #[tokio::test]
    async fn a_hash_with_weaker_settings_asks_for_a_new_one() {
        let weak = Argon2::new(
            argon2::Algorithm::Argon2id,
            Version::default(),
            Params::new(8, 1, 1, None).expect("parameters"),
        );
        let hash: PasswordHash = weak.hash_password(GOOD.as_bytes()).expect("hash");
        let passwords = Passwords::new(1);
        let verdict = passwords.verify(GOOD.into(), Some(hash.to_string()));
        let expected = Verdict {
            matches: true,
            rehash: true,
        };
        assert_eq!(verdict.await.expect("verify"), expected);
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_wrong_password() {
        let passwords = Passwords::new(1);
        let verdict = passwords.verify(GOOD.into(), Some("$argon2id$oops".into()));
        assert!(matches!(verdict.await, Err(HashError::Stored(_))));
    }
}
