//! Finding people, what they show of themselves, whether they are there, and keeping somebody away.

use crate::client::CauserieClient;
use crate::errors::CauserieError;
use crate::ids::{time, timestamp};
use crate::records::{User, page};
use crate::runtime::run;
use causerie_sdk::{Patch, RoomId, UserId};
use std::time::SystemTime;

#[uniffi::export]
impl CauserieClient {
    /// The people in whose username or display name every word of `query` begins a word, by username.
    #[uniffi::method(default(limit = 50, after = None))]
    pub async fn users(
        &self,
        query: String,
        limit: u32,
        after: Option<String>,
    ) -> Result<UserPage, CauserieError> {
        let sdk = self.sdk.clone();
        let page = run(async move { sdk.users(&query, limit, after.as_deref()).await });
        Ok(page.await?.into())
    }

    /// A person, with what they tell of themselves; nothing when there is no such person.
    pub async fn profile(&self, user_id: UserId) -> Result<Option<Profile>, CauserieError> {
        let sdk = self.sdk.clone();
        let profile = run(async move { sdk.profile(&user_id).await });
        Ok(profile.await?.map(Into::into))
    }

    /// The person of this username, ignoring case; nothing when there is none.
    pub async fn profile_by_username(
        &self,
        username: String,
    ) -> Result<Option<Profile>, CauserieError> {
        let sdk = self.sdk.clone();
        let profile = run(async move { sdk.profile_by_username(&username).await });
        Ok(profile.await?.map(Into::into))
    }

    /// Changes what others see of the viewer.
    pub async fn update_profile(&self, update: ProfileUpdate) -> Result<Profile, CauserieError> {
        let (sdk, update) = (self.sdk.clone(), update.try_into()?);
        let profile = run(async move { sdk.update_profile(update).await });
        Ok(profile.await?.into())
    }

    /// Keeps somebody away: they cannot write to the viewer directly, their mentions do not count, they cannot add the
    /// viewer to a room, and always see them offline. They are not told.
    pub async fn block_user(&self, user_id: UserId) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.block_user(&user_id).await }).await
    }

    /// Takes a block back; that there is none is fine.
    pub async fn unblock_user(&self, user_id: UserId) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.unblock_user(&user_id).await }).await
    }

    /// Whom the viewer has blocked, the last one first.
    pub async fn blocked_users(&self) -> Result<Vec<User>, CauserieError> {
        let sdk = self.sdk.clone();
        let users = run(async move { sdk.blocked_users().await }).await?;
        Ok(users.into_iter().map(Into::into).collect())
    }

    /// Says whether the person is at this device (`Online`) or away from it (`Away`). A device counts only while it has
    /// a live connection, which makes it online: say it again after each.
    pub async fn set_presence(&self, state: PresenceState) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.set_presence(state.into()).await }).await
    }

    /// Whether these people (at most 100) are there, as of now. Whoever does not exist is left out.
    pub async fn presence(
        &self,
        user_ids: Vec<UserId>,
    ) -> Result<Vec<UserPresence>, CauserieError> {
        let sdk = self.sdk.clone();
        let people = run(async move { sdk.presence(&user_ids).await }).await?;
        Ok(people.into_iter().map(Into::into).collect())
    }

    /// How far people have read in a room, the latest readers first; at most 100.
    pub async fn receipts(&self, room_id: RoomId) -> Result<Vec<Receipt>, CauserieError> {
        let sdk = self.sdk.clone();
        let receipts = run(async move { sdk.receipts(&room_id).await }).await?;
        Ok(receipts.into_iter().map(Into::into).collect())
    }
}

page! {
    /// One page of people.
    UserPage of User
}

/// A person, with what they tell of themselves.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Profile {
    /// Who.
    pub user: User,
    /// What they tell of themselves, in one or more lines.
    pub bio: Option<String>,
    /// What they say they are doing.
    pub status: Option<UserStatus>,
    /// Whether they are there.
    pub presence: Presence,
}

impl From<causerie_sdk::Profile> for Profile {
    fn from(profile: causerie_sdk::Profile) -> Self {
        Self {
            user: profile.user.into(),
            bio: profile.bio,
            status: profile.status.map(Into::into),
            presence: profile.presence.into(),
        }
    }
}

/// What somebody says they are doing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UserStatus {
    /// One line, 1–100 characters.
    pub text: String,
    /// An emoji that goes with it.
    #[uniffi(default = None)]
    pub emoji: Option<String>,
    /// When it will be gone; absent when it stays.
    #[uniffi(default = None)]
    pub expires_at: Option<SystemTime>,
}

impl From<causerie_sdk::UserStatus> for UserStatus {
    fn from(status: causerie_sdk::UserStatus) -> Self {
        Self {
            text: status.text,
            emoji: status.emoji,
            expires_at: status.expires_at.map(time),
        }
    }
}

impl TryFrom<UserStatus> for causerie_sdk::UserStatus {
    type Error = CauserieError;

    fn try_from(status: UserStatus) -> Result<Self, CauserieError> {
        Ok(Self {
            text: status.text,
            emoji: status.emoji,
            expires_at: status.expires_at.map(timestamp).transpose()?,
        })
    }
}

/// What the viewer changes of themselves; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ProfileUpdate {
    /// 1–64 characters.
    #[uniffi(default = None)]
    pub display_name: Option<String>,
    /// At most 500 characters, in several lines if one likes.
    #[uniffi(default = None)]
    pub bio: Option<TextPatch>,
    /// In place of the one before.
    #[uniffi(default = None)]
    pub status: Option<StatusPatch>,
}

impl TryFrom<ProfileUpdate> for causerie_sdk::ProfileUpdate {
    type Error = CauserieError;

    fn try_from(update: ProfileUpdate) -> Result<Self, CauserieError> {
        Ok(Self {
            display_name: update.display_name,
            bio: text_patch(update.bio),
            status: match update.status {
                None => Patch::Keep,
                Some(StatusPatch::Clear) => Patch::Clear,
                Some(StatusPatch::Set { status }) => Patch::Set(status.try_into()?),
            },
        })
    }
}

/// What becomes of a text that can be taken away.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum TextPatch {
    /// It is taken away.
    Clear,
    /// This takes its place.
    Set { text: String },
}

pub(crate) fn text_patch(patch: Option<TextPatch>) -> Patch<String> {
    match patch {
        None => Patch::Keep,
        Some(TextPatch::Clear) => Patch::Clear,
        Some(TextPatch::Set { text }) => Patch::Set(text),
    }
}

/// What becomes of a status.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum StatusPatch {
    /// It is taken away.
    Clear,
    /// This takes its place.
    Set { status: UserStatus },
}

/// Whether somebody is there, and since when not.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Presence {
    /// Whether they are there. Those with whom the viewer shares no room always seem offline.
    pub state: PresenceState,
    /// When they were connected last; absent while they are, and when that is not known.
    pub last_seen_at: Option<SystemTime>,
}

impl From<causerie_sdk::Presence> for Presence {
    fn from(presence: causerie_sdk::Presence) -> Self {
        Self {
            state: presence.state.into(),
            last_seen_at: presence.last_seen_at.map(time),
        }
    }
}

/// Whether somebody is there.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PresenceState {
    /// At one of their devices.
    Online,
    /// Connected, but not looking.
    Away,
    /// Not connected.
    Offline,
    /// A state that this version does not know.
    Unknown { name: String },
}

impl From<causerie_sdk::PresenceState> for PresenceState {
    fn from(state: causerie_sdk::PresenceState) -> Self {
        use causerie_sdk::PresenceState as Sdk;
        match state {
            Sdk::Online => Self::Online,
            Sdk::Away => Self::Away,
            Sdk::Offline => Self::Offline,
            Sdk::Unknown(name) => Self::Unknown { name },
        }
    }
}

impl From<PresenceState> for causerie_sdk::PresenceState {
    fn from(state: PresenceState) -> Self {
        match state {
            PresenceState::Online => Self::Online,
            PresenceState::Away => Self::Away,
            PresenceState::Offline => Self::Offline,
            PresenceState::Unknown { name } => Self::Unknown(name),
        }
    }
}

/// Whether a certain person is there.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UserPresence {
    /// Who.
    pub user_id: UserId,
    /// Whether they are there.
    pub presence: Presence,
}

impl From<causerie_sdk::UserPresence> for UserPresence {
    fn from(person: causerie_sdk::UserPresence) -> Self {
        Self {
            user_id: person.user_id,
            presence: person.presence.into(),
        }
    }
}

/// How far somebody has read in a room.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Receipt {
    /// Who.
    pub user: User,
    /// The `seq` of the newest message that they have read.
    pub last_read_seq: u64,
    /// When they said so.
    pub read_at: SystemTime,
}

impl From<causerie_sdk::Receipt> for Receipt {
    fn from(receipt: causerie_sdk::Receipt) -> Self {
        Self {
            user: receipt.user.into(),
            last_read_seq: receipt.last_read_seq,
            read_at: time(receipt.read_at),
        }
    }
}
