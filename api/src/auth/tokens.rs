//! Access tokens: JSON Web Tokens signed with Ed25519, valid for ten minutes.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::ed25519;
use super::keys::Keys;
use crate::model::{SessionId, UserId};

/// How long an access token is valid, in seconds.
pub(crate) const LIFETIME_SECONDS: i64 = 600;

/// How many good tokens are recognised without checking their signature again: more than are in
/// use at a time on one node. At some 100 bytes each.
const RECOGNISED_MOST: usize = 20_000;

const AUDIENCE: &str = "causerie";
const ISSUER: &str = "causerie";
/// RFC 9068, section 2.1.
const TYPE: &str = "at+jwt";

/// Why a token does not identify anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// Not a token that this server signed with its present key for this purpose.
    #[error("the access token is not valid")]
    Malformed,
    /// Once valid; its time is over.
    #[error("the access token has expired")]
    Expired,
}

/// What a valid token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The user who is signed in.
    pub(crate) user: Uuid,
    /// The session the token belongs to; it may have ended since.
    pub(crate) session: Uuid,
    /// Seconds since the Unix epoch at which the token ends.
    pub(crate) expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
}

/// Issues and verifies access tokens.
pub(crate) struct AccessTokens {
    header: Header,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    /// What good tokens say, by their hashes. Whether it is still time is asked each time.
    recognised: Cache<[u8; 32], Claims>,
}

impl AccessTokens {
    pub(crate) fn new(keys: &Keys) -> Self {
        ed25519::install();
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(keys.key_id().to_owned());
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // The library reads the system clock; here the time is an argument.
        validation.validate_exp = false;
        Self {
            header,
            encoding: EncodingKey::from_ed_der(keys.signing().as_bytes()),
            decoding: DecodingKey::from_ed_der(keys.signing().verifying_key().as_bytes()),
            validation,
            recognised: Cache::new(RECOGNISED_MOST),
        }
    }

    /// A token for `user` in `session`, and when it expires. Times are seconds since the Unix epoch.
    pub(crate) fn issue(&self, user: Uuid, session: Uuid, now_seconds: i64) -> (String, i64) {
        let expires_at = now_seconds + LIFETIME_SECONDS;
        let payload = Payload {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: UserId::from(user).to_string(),
            sid: SessionId::from(session).to_string(),
            iat: now_seconds,
            exp: expires_at,
        };
        (self.sign(&payload), expires_at)
    }

    fn sign(&self, payload: &Payload) -> String {
        jsonwebtoken::encode(&self.header, payload, &self.encoding)
            .expect("a payload that is JSON, and a key of the right length")
    }

    /// What `token` says, if this server signed it and it has not expired at `now_seconds` (since
    /// the Unix epoch). Whether the session still lives is for the caller to ask.
    pub(crate) fn verify(&self, token: &str, now_seconds: i64) -> Result<Claims, TokenError> {
        let hash = Sha256::digest(token).into();
        let recognised = self.recognised.get(&hash);
        let claims = recognised.map_or_else(|| self.decode(token), Ok)?;
        if claims.expires_at <= now_seconds {
            return Err(TokenError::Expired);
        }
        if recognised.is_none() {
            self.recognised.insert(hash, claims);
        }
        Ok(claims)
    }

    fn decode(&self, token: &str) -> Result<Claims, TokenError> {
        let malformed = TokenError::Malformed;
        let token = jsonwebtoken::decode::<Payload>(token, &self.decoding, &self.validation)
            .map_err(|_| malformed)?;
        if token.header.typ != self.header.typ || token.header.kid != self.header.kid {
            return Err(malformed);
        }
        let user: UserId = token.claims.sub.parse().map_err(|_| malformed)?;
        let session: SessionId = token.claims.sid.parse().map_err(|_| malformed)?;
        Ok(Claims {
            user: *user.as_uuid(),
            session: *session.as_uuid(),
            expires_at: token.claims.exp,
        })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    const NOW: i64 = 1_790_000_000;
    const USER: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
    const SESSION: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);

    fn tokens() -> AccessTokens {
        AccessTokens::new(&Keys::for_tests(1))
    }

    fn json_part(token: &str, part: usize) -> serde_json::Value {
        let part = token.split('.').nth(part).expect("a part");
        let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[test]
    fn says_who_is_signed_in_until_it_expires() {
        let (token, expires_at) = tokens().issue(USER, SESSION, NOW);
        assert_eq!(expires_at, NOW + 600);
        let expected = Claims {
            user: USER,
            session: SESSION,
            expires_at,
        };
        assert_eq!(tokens().verify(&token, NOW), Ok(expected));
        assert_eq!(tokens().verify(&token, NOW + 599), Ok(expected));
        let late = tokens().verify(&token, NOW + 600);
        assert_eq!(late, Err(TokenError::Expired));
    }

    #[test]
    fn names_its_type_its_key_and_its_audience() {
        let (token, _) = tokens().issue(USER, SESSION, NOW);
        let header = json_part(&token, 0);
        assert_eq!(header["alg"], "EdDSA");
        assert_eq!(header["typ"], "at+jwt");
        assert_eq!(header["kid"], Keys::for_tests(1).key_id());
        let payload = json_part(&token, 1);
        assert_eq!(payload["aud"], "causerie");
        assert_eq!(payload["sub"], UserId::from(USER).to_string());
        assert_eq!(payload["iat"], NOW);
        assert_eq!(payload["exp"], NOW + 600);
    }

    #[test]
    fn refuses_what_this_server_did_not_sign() {
        let tokens = tokens();
        let (token, _) = tokens.issue(USER, SESSION, NOW);
        let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts");
        };
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
        let other_payload = URL_SAFE_NO_PAD.encode(r#"{"sub":"someone else"}"#);
        let (other_key, _) = AccessTokens::new(&Keys::for_tests(2)).issue(USER, SESSION, NOW);
        let refused = [
            String::new(),
            "not a token".into(),
            format!("{header}.{payload}"),
            format!("{header}.{payload}."),
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{header}.{other_payload}.{signature}"),
            format!("{token}.{signature}"),
            format!("{token}="),
            other_key,
        ];
        for token in refused {
            let answer = tokens.verify(&token, NOW);
            assert_eq!(answer, Err(TokenError::Malformed), "{token}");
        }
    }

    #[test]
    fn refuses_its_own_signature_for_another_purpose() {
        let (sub, sid) = (
            UserId::from(USER).to_string(),
            SessionId::from(SESSION).to_string(),
        );
        let payload = |aud: &str, iss: &str| Payload {
            iss: iss.to_owned(),
            aud: aud.to_owned(),
            sub: sub.clone(),
            sid: sid.clone(),
            iat: NOW,
            exp: NOW + 9,
        };
        let tokens = tokens();
        let good = tokens.sign(&payload("causerie", "causerie"));
        assert!(tokens.verify(&good, NOW).is_ok());
        for other in [
            payload("elsewhere", "causerie"),
            payload("causerie", "elsewhere"),
        ] {
            let answer = tokens.verify(&tokens.sign(&other), NOW);
            assert_eq!(answer, Err(TokenError::Malformed));
        }
        let mut header = tokens.header.clone();
        header.typ = Some("JWT".to_owned());
        let other = AccessTokens {
            header,
            ..AccessTokens::new(&Keys::for_tests(1))
        };
        let (token, _) = other.issue(USER, SESSION, NOW);
        assert_eq!(tokens.verify(&token, NOW), Err(TokenError::Malformed));
    }
}
