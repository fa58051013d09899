//! Refresh tokens: derived from the session and its generation, so that nothing of them is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::keys::Keys;

const PURPOSE: &[u8] = b"causerie refresh token v1";
const MAC_BYTES: usize = 32;
const TOKEN_BYTES: usize = 16 + 4 + MAC_BYTES;

/// Issues and reads refresh tokens.
///
/// A token is base64url of: the session's UUID (16 bytes), the generation (4 bytes, big endian) and
/// an HMAC-SHA256 over both. The database keeps only the session's current generation; a copy of
/// the database therefore lets nobody refresh, and a lost answer can be given again at any time.
pub(crate) struct RefreshTokens {
    keyed: Hmac<Sha256>,
}

impl RefreshTokens {
    pub(crate) fn new(keys: &Keys) -> Self {
        let mut keyed = Hmac::<Sha256>::new_from_slice(keys.refresh()).expect("a key");
        keyed.update(PURPOSE);
        Self { keyed }
    }

    /// The token of `session` at `generation`; the same arguments give the same token.
    pub(crate) fn issue(&self, session: Uuid, generation: u32) -> String {
        let mut token = Vec::with_capacity(TOKEN_BYTES);
        token.extend_from_slice(session.as_bytes());
        token.extend_from_slice(&generation.to_be_bytes());
        let mac = self.keyed.clone().chain_update(&token).finalize();
        token.extend_from_slice(&mac.into_bytes());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The session and generation of a token that this server issued, else `None`. It takes no look
    /// at the database, so garbage costs next to nothing.
    pub(crate) fn parse(&self, token: &str) -> Option<(Uuid, u32)> {
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let token: &[u8; TOKEN_BYTES] = token.as_slice().try_into().ok()?;
        let (named, mac) = token.split_last_chunk::<MAC_BYTES>()?;
        let (session, generation) = named.split_first_chunk::<16>()?;
        let expected = self.keyed.clone().chain_update(named);
        expected.verify_slice(mac).ok()?;
        let generation = u32::from_be_bytes(generation.try_into().ok()?);
        Some((Uuid::from_bytes(*session), generation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);

    fn tokens() -> RefreshTokens {
        RefreshTokens::new(&Keys::for_tests(1))
    }

    #[test]
    fn a_token_names_its_session_and_generation() {
        for generation in [0, 1, 255, 256, u32::MAX] {
            let token = tokens().issue(SESSION, generation);
            assert_eq!(tokens().parse(&token), Some((SESSION, generation)));
            assert_eq!(tokens().issue(SESSION, generation), token);
        }
    }

    #[test]
    fn tokens_of_other_generations_sessions_and_keys_differ() {
        let token = tokens().issue(SESSION, 1);
        assert_ne!(token, tokens().issue(SESSION, 2));
        assert_ne!(token, tokens().issue(Uuid::from_u128(3), 1));
        let elsewhere = RefreshTokens::new(&Keys::for_tests(2));
        assert_ne!(token, elsewhere.issue(SESSION, 1));
        assert_eq!(elsewhere.parse(&token), None);
    }

    #[test]
    fn no_changed_bit_goes_unnoticed() {
        let token = URL_SAFE_NO_PAD
            .decode(tokens().issue(SESSION, 7))
            .expect("base64url");
        assert_eq!(token.len(), TOKEN_BYTES);
        for bit in 0..token.len() * 8 {
            let mut changed = token.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(tokens().parse(&changed), None, "bit {bit}");
        }
    }

    #[test]
    fn garbage_is_none() {
        let token = tokens().issue(SESSION, 7);
        let refused = [
            "",
            "x",
            "é",
            &token[1..],
            &format!("{token}AA"),
            &format!("{token}="),
        ];
        for garbage in refused {
            assert_eq!(tokens().parse(garbage), None, "{garbage}");
        }
    }
}
