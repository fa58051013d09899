//! The server's own secrets: made on the first start, kept in the data folder, read ever after.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const SECRET_BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 4;

/// Why the keys cannot be used. Each is one line that names the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// The file does not hold a key as this server writes them.
    #[error(
        "the key file {} is damaged; put it back from a backup, or delete it to get a new key, \
         which signs everybody out",
        path.display()
    )]
    Damaged { path: PathBuf },
    /// The operating system gave no random bytes.
    #[error("the operating system gives no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// The key that signs access tokens, and the key that refresh tokens are derived with.
pub(crate) struct Keys {
    signing: SigningKey,
    key_id: String,
    refresh: [u8; SECRET_BYTES],
}

impl Keys {
    /// Reads `<data_dir>/keys/`, first making what is absent there. The folder is made with mode
    /// 0700 and the files with 0600. Processes that start together agree on the same keys.
    pub(crate) fn load_or_create(data_dir: &Path) -> Result<Self, KeyError> {
        let folder = data_dir.join("keys");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(io_error("create the folder", &folder))?;
        let signing = load_or_create_secret(&folder, "access-token-signing.key")?;
        let refresh = load_or_create_secret(&folder, "refresh-token.key")?;
        Ok(Self::from_secrets(&signing, refresh))
    }

    fn from_secrets(signing: &[u8; SECRET_BYTES], refresh: [u8; SECRET_BYTES]) -> Self {
        let signing = SigningKey::from_bytes(signing);
        let key_id = thumbprint(&public_part(&signing));
        Self {
            signing,
            key_id,
            refresh,
        }
    }

    /// The Ed25519 key that signs access tokens.
    pub(super) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The signing key's `kid`: its RFC 7638 thumbprint.
    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The 256-bit key of refresh tokens.
    pub(super) fn refresh(&self) -> &[u8; SECRET_BYTES] {
        &self.refresh
    }

    /// The public keys as a JSON Web Key Set (RFC 7517), for `/.well-known/jwks.json`.
    pub(crate) fn jwks(&self) -> Value {
        json!({
            "keys": [{
                "kty": "OKP",
                "crv": "Ed25519",
                "x": public_part(&self.signing),
                "kid": self.key_id,
                "use": "sig",
                "alg": "EdDSA",
            }]
        })
    }
}

fn public_part(key: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes())
}

/// RFC 7638 over the members RFC 8037 requires, in the order of their names and without spaces.
fn thumbprint(x: &str) -> String {
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

fn load_or_create_secret(folder: &Path, name: &str) -> Result<[u8; SECRET_BYTES], KeyError> {
    let path = folder.join(name);
    match read_secret(&path) {
        Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            create_secret(folder, &path)?;
            // Another process may have been first; what is on disk now is what all agree on.
            read_secret(&path)
        }
        other => other,
    }
}

/// Writes a new secret beside `path`, then links it into place: `path` appears complete and with
/// its final mode, and an existing file is never replaced.
fn create_secret(folder: &Path, path: &Path) -> Result<(), KeyError> {
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret)?;
    let mut suffix = [0; 8];
    getrandom::fill(&mut suffix)?;
    let draft = folder.join(format!(".new-{}", URL_SAFE_NO_PAD.encode(suffix)));

    let linked = write_draft(&draft, &encode(&secret))
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        })
        .map_err(io_error("create", path));
    let removed = fs::remove_file(&draft).map_err(io_error("remove", &draft));
    linked.and(removed)?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error("save the folder", folder))
}

fn write_draft(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn read_secret(path: &Path) -> Result<[u8; SECRET_BYTES], KeyError> {
    let mut file = File::open(path).map_err(io_error("read", path))?;
    let mode = file
        .metadata()
        .map_err(io_error("read", path))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        tracing::warn!(
            "the key file {} can be read by others (mode {:03o}); run: chmod 600 {}",
            path.display(),
            mode & 0o777,
            path.display(),
        );
    }
    let mut text = String::new();
    file.read_to_string(&mut text)
        .map_err(|source| match source.kind() {
            io::ErrorKind::InvalidData => KeyError::Damaged { path: path.into() },
            _ => io_error("read", path)(source),
        })?;
    decode(&text).ok_or_else(|| KeyError::Damaged { path: path.into() })
}

/// One line: base64url of the secret and the start of its SHA-256, by which damage is noticed.
fn encode(secret: &[u8; SECRET_BYTES]) -> String {
    let mut bytes = secret.to_vec();
    bytes.extend_from_slice(&Sha256::digest(secret)[..CHECKSUM_BYTES]);
    URL_SAFE_NO_PAD.encode(bytes) + "\n"
}

fn decode(text: &str) -> Option<[u8; SECRET_BYTES]> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end()).ok()?;
    let (secret, checksum) = bytes.split_first_chunk::<SECRET_BYTES>()?;
    (Sha256::digest(secret)[..CHECKSUM_BYTES] == *checksum).then_some(*secret)
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::Io {
        action,
        path,
        source,
    }
}

#[cfg(test)]
impl Keys {
    /// Keys that are the same at every run, told apart by `seed`.
    pub(crate) fn for_tests(seed: u8) -> Self {
        Self::from_secrets(&[seed; SECRET_BYTES], [seed ^ 0xff; SECRET_BYTES])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let mut name = [0; 8];
            getrandom::fill(&mut name).expect("randomness");
            let name = format!("causerie-keys-{}", URL_SAFE_NO_PAD.encode(name));
            Self(std::env::temp_dir().join(name))
        }

        fn key_file(&self, name: &str) -> PathBuf {
            self.0.join("keys").join(name)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn load(folder: &Folder) -> Keys {
        Keys::load_or_create(&folder.0).expect("keys")
    }

    #[test]
    fn keys_are_kept_and_readable_by_their_owner_only() {
        let folder = Folder::new();
        let first = load(&folder);
        let second = load(&folder);
        assert_eq!(first.key_id(), second.key_id());
        assert_eq!(first.refresh(), second.refresh());
        assert_ne!(first.refresh(), first.signing().as_bytes());

        let mode = |path: &Path| {
            let metadata = fs::metadata(path).expect("metadata");
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(mode(&folder.0.join("keys")), 0o700);
        let mut names = Vec::new();
        for entry in fs::read_dir(folder.0.join("keys")).expect("folder") {
            let entry = entry.expect("entry");
            assert_eq!(mode(&entry.path()), 0o600);
            names.push(entry.file_name());
        }
        names.sort();
        assert_eq!(names, ["access-token-signing.key", "refresh-token.key"]);
    }

    #[test]
    fn processes_that_start_together_agree() {
        let folder = Folder::new();
        let ids: Vec<String> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| load(&folder).key_id().to_owned()))
                .collect();
            let ended = starts
                .into_iter()
                .map(|start| start.join().expect("thread"));
            ended.collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }

    #[test]
    fn a_damaged_key_is_refused_by_name() {
        let folder = Folder::new();
        load(&folder);
        let path = folder.key_file("refresh-token.key");
        let mut text = fs::read_to_string(&path).expect("key file");
        let flipped = if text.starts_with('A') { "B" } else { "A" };
        text.replace_range(..1, flipped);
        for damaged in [text.as_bytes(), b"", b"\xff\xfe"] {
            fs::write(&path, damaged).expect("write");
            let error = Keys::load_or_create(&folder.0).err().expect("an error");
            assert!(matches!(error, KeyError::Damaged { .. }));
            assert!(error.to_string().contains("refresh-token.key"));
            assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn the_key_set_is_that_of_rfc_8037() {
        let secret = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .expect("base64");
        let secret: [u8; 32] = secret.try_into().expect("32 bytes");
        let keys = Keys::from_secrets(&secret, [0; 32]);
        let key = &keys.jwks()["keys"][0];
        assert_eq!(key["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(key["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(key.get("d"), None);
    }
}
