//! The client, call by call as in the SDK.

use crate::chat::{Chat, ChatSettings};
use crate::errors::CauserieError;
use crate::live::{MessageListener, TaskHandle, follow};
use crate::logging::log_panics;
use crate::messages::{History, Message, MessagePage};
use crate::records::{MemberPage, NewRoom, Room, RoomPage, SessionInfo, User, Viewer};
use crate::runtime::{run, runtime};
use crate::store::{AppStore, SessionStore};
use causerie_sdk::{ClientId, Cursor, RoomId, UserId};
use std::sync::Arc;
use std::time::Duration;

/// How to reach a server.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ClientSettings {
    /// Its address: `https://chat.example.org`.
    pub server_url: String,
    /// What the person sees in the list of their sessions, such as `Ada's phone`.
    #[uniffi(default = None)]
    pub device: Option<String>,
    /// Authorities to trust besides the public ones (PEM), for a server with a certificate of one's own.
    #[uniffi(default = None)]
    pub root_certificates: Option<Vec<u8>>,
    /// How long a call may take in all, with a refresh of the session where that is due; 30 seconds when absent.
    #[uniffi(default = None)]
    pub request_timeout: Option<Duration>,
}

/// A connection to one Causerie server, as one person.
#[derive(uniffi::Object)]
pub struct CauserieClient {
    pub(crate) sdk: causerie_sdk::Client,
}

#[uniffi::export]
impl CauserieClient {
    /// Makes a client. Does not touch the network. Without a store, the session ends with the process.
    #[uniffi::constructor(default(store = None))]
    pub fn new(
        settings: ClientSettings,
        store: Option<Arc<dyn SessionStore>>,
    ) -> Result<Arc<Self>, CauserieError> {
        log_panics();
        let mut builder = causerie_sdk::Client::builder(settings.server_url);
        if let Some(store) = store {
            builder = builder.session_store(Arc::new(AppStore(store)));
        }
        if let Some(device) = settings.device {
            builder = builder.device(device);
        }
        if let Some(pem) = settings.root_certificates {
            builder = builder.root_certificates(pem);
        }
        if let Some(timeout) = settings.request_timeout {
            builder = builder.request_timeout(timeout);
        }
        Ok(Arc::new(Self {
            sdk: builder.build()?,
        }))
    }

    /// Opens what is kept of the person signed in. Works without a network. What the file holds of somebody else is
    /// forgotten; a file that is damaged is begun anew, keeping what was not sent as far as it can be read.
    pub async fn chat(&self, settings: ChatSettings) -> Result<Arc<Chat>, CauserieError> {
        let options = settings.into_options()?;
        let sdk = self.sdk.clone();
        let chat = run(async move { sdk.chat(options).await }).await?;
        Ok(Arc::new(Chat::of(chat)))
    }

    /// Says that the person types in a room, or has stopped. It holds for six seconds: say it again every three or so.
    pub async fn set_typing(&self, room: RoomId, typing: bool) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.set_typing(&room, typing).await }).await
    }

    /// Who is signed in here, without asking the server.
    pub fn session(&self) -> Option<SessionInfo> {
        self.sdk.session().map(Into::into)
    }

    /// Makes an account and signs in. The display name defaults to the username.
    #[uniffi::method(default(display_name = None))]
    pub async fn sign_up(
        &self,
        username: String,
        password: String,
        display_name: Option<String>,
    ) -> Result<Viewer, CauserieError> {
        let sdk = self.sdk.clone();
        let viewer = run(async move {
            sdk.sign_up(&username, &password, display_name.as_deref())
                .await
        })
        .await?;
        Ok(viewer.into())
    }

    /// Signs in. `WrongCredentials` when the name or the password is wrong.
    pub async fn log_in(
        &self,
        username: String,
        password: String,
    ) -> Result<Viewer, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.log_in(&username, &password).await })
            .await?
            .into())
    }

    /// Goes on with the session in the store; nothing when there is none. Does not touch the network.
    pub async fn restore(&self) -> Result<Option<SessionInfo>, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.restore().await })
            .await?
            .map(Into::into))
    }

    /// Ends the session on the server and forgets it here, even when the server cannot be told (which the error says).
    pub async fn log_out(&self) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.log_out().await }).await
    }

    /// Who is signed in, and where the log stands.
    pub async fn viewer(&self) -> Result<Viewer, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.viewer().await }).await?.into())
    }

    /// Changes the name that others see.
    pub async fn set_display_name(&self, name: String) -> Result<User, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.set_display_name(&name).await })
            .await?
            .into())
    }

    /// The viewer's rooms, most recently active first: at most `limit` (up to 100), going on after an earlier page's
    /// `next`.
    #[uniffi::method(default(limit = 50, after = None))]
    pub async fn rooms(
        &self,
        limit: u32,
        after: Option<String>,
    ) -> Result<RoomPage, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.rooms(limit, after.as_deref()).await })
            .await?
            .into())
    }

    /// The channels that can be joined, by name; with `query`, those whose name contains it.
    #[uniffi::method(default(query = None, limit = 50, after = None))]
    pub async fn channels(
        &self,
        query: Option<String>,
        limit: u32,
        after: Option<String>,
    ) -> Result<RoomPage, CauserieError> {
        let sdk = self.sdk.clone();
        let page = run(async move {
            sdk.channels(query.as_deref(), limit, after.as_deref())
                .await
        })
        .await?;
        Ok(page.into())
    }

    /// One room; nothing when it does not exist or may not be seen.
    pub async fn room(&self, id: RoomId) -> Result<Option<Room>, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.room(&id).await })
            .await?
            .map(Into::into))
    }

    /// Who is in a room.
    #[uniffi::method(default(limit = 50, after = None))]
    pub async fn members(
        &self,
        room_id: RoomId,
        limit: u32,
        after: Option<String>,
    ) -> Result<MemberPage, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(
            run(async move { sdk.members(&room_id, limit, after.as_deref()).await })
                .await?
                .into(),
        )
    }

    /// Makes a channel or a group, with the viewer as its owner.
    pub async fn create_room(&self, room: NewRoom) -> Result<Room, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.create_room(room.into()).await })
            .await?
            .into())
    }

    /// The room of the viewer and one other person, made when it is not there yet.
    pub async fn open_direct_room(&self, user_id: UserId) -> Result<Room, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.open_direct_room(&user_id).await })
            .await?
            .into())
    }

    /// Joins a channel; being in it already is fine.
    pub async fn join_room(&self, room_id: RoomId) -> Result<Room, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.join_room(&room_id).await })
            .await?
            .into())
    }

    /// Joins the channel of this name; being in it already is fine.
    pub async fn join_channel(&self, name: String) -> Result<Room, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(run(async move { sdk.join_channel(&name).await })
            .await?
            .into())
    }

    /// Leaves a room. Its live messages stop at once.
    pub async fn leave_room(&self, room_id: RoomId) -> Result<(), CauserieError> {
        let sdk = self.sdk.clone();
        run(async move { sdk.leave_room(&room_id).await }).await
    }

    /// A page of at most `limit` messages (up to 100), ascending by `seq` wherever it lies.
    #[uniffi::method(default(limit = 50))]
    pub async fn history(
        &self,
        room_id: RoomId,
        page: History,
        limit: u32,
    ) -> Result<MessagePage, CauserieError> {
        let sdk = self.sdk.clone();
        Ok(
            run(async move { sdk.history(&room_id, page.into(), limit).await })
                .await?
                .into(),
        )
    }

    /// Sends a message (Markdown, up to 16 KiB), once however often the network breaks. An app that wants to try again
    /// after an error, or after it was killed, makes the key itself (`ClientId.random()`), keeps it, and sends under it again.
    #[uniffi::method(default(client_id = None))]
    pub async fn send(
        &self,
        room_id: RoomId,
        body: String,
        client_id: Option<ClientId>,
    ) -> Result<Message, CauserieError> {
        let sdk = self.sdk.clone();
        let key = client_id.unwrap_or_else(ClientId::random);
        Ok(run(async move { sdk.send_as(&room_id, &body, &key).await })
            .await?
            .into())
    }

    /// Follows one room, or without one all of the viewer's rooms: after a cursor, or else from now. Reconnects by itself,
    /// without a gap and without a double, until the handle is cancelled or dropped, or the listener is told of the end.
    pub fn follow(
        &self,
        room_id: Option<RoomId>,
        after: Option<Cursor>,
        listener: Arc<dyn MessageListener>,
    ) -> Result<Arc<TaskHandle>, CauserieError> {
        let handle = follow(runtime()?, self.sdk.clone(), room_id, after, listener);
        Ok(Arc::new(handle))
    }
}
