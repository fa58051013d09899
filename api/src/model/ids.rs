//! Identifiers: a UUIDv7 inside, a TypeID (`room_01h455vb4pex5vsknk084sn02q`) outside.
//!
//! The text form follows the TypeID specification 0.3: a type prefix, an underscore and the 128
//! bits in 26 characters of Crockford's base32, lower case. Text order is creation order.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use uuid::Uuid;

use super::clock::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LENGTH: usize = 26;

/// The text is not an identifier of the expected type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

/// Declares identifier types, each with its prefix.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_type_id(f, Self::PREFIX, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                read_type_id(text, Self::PREFIX).map(Self).ok_or(NotAnId)
            }
        }
    )*};
}

ids! {
    /// A person or a bot.
    UserId = "usr";
    /// One login on one device.
    SessionId = "ses";
    /// A channel, a group or a direct room.
    RoomId = "room";
    MessageId = "msg";
    /// A message that is to be sent later.
    ScheduledMessageId = "sch";
}

/// Makes identifiers from a given time and its own seeded randomness.
pub struct IdGenerator(Mutex<StdRng>);

impl IdGenerator {
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Mutex::new(StdRng::from_seed(seed)))
    }

    /// A fresh identifier whose order follows `now` (RFC 9562, section 5.7).
    pub fn next<Id: From<Uuid>>(&self, now: Timestamp) -> Id {
        let mut random = [0; 10];
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rng.fill_bytes(&mut random);
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        Id::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

/// How many characters a code has: 80 bits, which nobody finds by trying.
const CODE_LENGTH: usize = 16;

impl IdGenerator {
    /// A word of letters and digits that cannot be guessed.
    pub fn code(&self) -> String {
        let mut random = [0; CODE_LENGTH];
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rng.fill_bytes(&mut random);
        let character = |byte: u8| char::from(ALPHABET[usize::from(byte & 31)]);
        random.into_iter().map(character).collect()
    }
}

fn write_type_id(f: &mut fmt::Formatter<'_>, prefix: &str, uuid: Uuid) -> fmt::Result {
    let bits = uuid.as_u128();
    let mut suffix = [0; SUFFIX_LENGTH];
    for (place, character) in suffix.iter_mut().rev().enumerate() {
        *character = ALPHABET[(bits >> (5 * place)) as usize & 31];
    }
    f.write_str(prefix)?;
    f.write_str("_")?;
    f.write_str(std::str::from_utf8(&suffix).map_err(|_| fmt::Error)?)
}

fn read_type_id(text: &str, prefix: &str) -> Option<Uuid> {
    let suffix = text.strip_prefix(prefix)?.strip_prefix('_')?.as_bytes();
    // 26 characters hold 130 bits: a first one above 7 would not fit into a UUID.
    if suffix.len() != SUFFIX_LENGTH || suffix[0] > b'7' {
        return None;
    }
    let bits = suffix.iter().try_fold(0_u128, |bits, character| {
        let value = ALPHABET.iter().position(|known| known == character)?;
        Some(bits << 5 | value as u128)
    })?;
    Some(Uuid::from_u128(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_the_example_of_the_specification() {
        let uuid = Uuid::from_u128(0x0188_25b6_d92c_77a6_bcd5_ff35_f2f8_8a3d_u128);
        let text = RoomId::from(uuid).to_string();
        assert_eq!(text.len(), "room_".len() + SUFFIX_LENGTH);
        assert_eq!(text.parse(), Ok(RoomId::from(uuid)));
        let known: Uuid = "01890a5d-ac96-774b-bcce-b302099a8057"
            .parse()
            .expect("a uuid");
        assert_eq!(
            UserId::from(known).to_string(),
            "usr_01h455vb4pex5vsknk084sn02q"
        );
    }

    #[test]
    fn refuses_what_is_not_an_id_of_that_type() {
        for text in [
            "",
            "room_",
            "usr_01h455vb4pex5vsknk084sn02q",
            "room_01h455vb4pex5vsknk084sn02",
            "room_01h455vb4pex5vsknk084sn02qq",
            "room_81h455vb4pex5vsknk084sn02q",
            "room_01H455VB4PEX5VSKNK084SN02Q",
            "room_01h455vb4pex5vsknk084sn02é",
        ] {
            assert_eq!(text.parse::<RoomId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let ids = IdGenerator::from_seed([7; 32]);
        let earlier: RoomId = ids.next(Timestamp::from_millis(1_000));
        let later: RoomId = ids.next(Timestamp::from_millis(1_001));
        assert!(earlier < later && earlier.to_string() < later.to_string());
    }
}
