//! The server that all this is about: the real binary, with accounts, rooms and a database on disk.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::message::{BODY, graphql_script};
use super::process::Process;
use super::{Audience, Running};
use crate::driver::{Publishing, Script};
use crate::http::{Client, graphql_request};

/// Sockets by account; the server's limit is 100.
const SOCKETS: usize = 90;

const REGISTER: &str = "mutation($input: RegisterInput!) { register(input: $input) { \
    accessToken viewer { user { id } } userErrors { code message } } }";
const CREATE_ROOM: &str = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { \
    room { id } userErrors { code message } } }";
pub const SEND: &str = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { \
    message { id seq sentAt } userErrors { code message } } }";
/// What the answer to a message that was taken contains.
pub const SENT: &str = r#""userErrors":[]"#;

/// A running server, and a connection to it.
pub struct Causerie {
    pub process: Process,
    pub address: SocketAddr,
    pub folder: TempDir,
    client: Client,
}

/// Somebody who is logged in.
pub struct Account {
    pub id: String,
    pub token: String,
}

impl Causerie {
    /// Starts the server over a fresh database, with its settings as they come: SQLite, unless
    /// `database` is the URL of another.
    pub fn start(binary: &Path, database: Option<&str>, cores: &[usize]) -> io::Result<Self> {
        let folder = TempDir::with_prefix("causerie-bench-")?;
        let mut command = Command::new(binary);
        command
            .env("CAUSERIE_LISTEN", "127.0.0.1:0")
            .env("CAUSERIE_DATA_DIR", folder.path())
            .env("CAUSERIE_DATABASE_URL", database.unwrap_or_default())
            .current_dir(folder.path())
            .stderr(std::fs::File::create(folder.path().join("server.log"))?);
        let (process, line) = Process::start(&mut command, cores)?;
        let address = line.rsplit('/').next().unwrap_or_default();
        let address = address.parse().map_err(|_| io::Error::other(line))?;
        Ok(Self {
            process,
            address,
            folder,
            client: Client::connect(address)?,
        })
    }

    pub fn register(&mut self, name: &str) -> io::Result<Account> {
        let input = json!({ "username": name, "password": "correct horse battery" });
        let data = self
            .client
            .ask(None, REGISTER, &json!({ "input": input }))?;
        let text = |pointer| data.pointer(pointer).and_then(|value| value.as_str());
        Ok(Account {
            id: text("/register/viewer/user/id").unwrap_or_default().into(),
            token: text("/register/accessToken").unwrap_or_default().into(),
        })
    }

    /// A room of all these accounts, the first of which owns it; its id.
    pub fn create_room(&mut self, accounts: &[Account]) -> io::Result<String> {
        let others: Vec<_> = accounts[1..].iter().map(|account| &account.id).collect();
        let input = json!({ "kind": "GROUP", "name": "bench", "memberIds": others });
        let variables = json!({ "input": input });
        let token = Some(accounts[0].token.as_str());
        let data = self.client.ask(token, CREATE_ROOM, &variables)?;
        let id = data.pointer("/createRoom/room/id");
        Ok(id.and_then(|id| id.as_str()).unwrap_or_default().into())
    }
}

/// A message to `room` as it goes onto the wire.
pub fn send_request(account: &Account, room: &str) -> Vec<u8> {
    let variables = json!({ "input": { "roomId": room, "body": BODY } });
    graphql_request(Some(&account.token), SEND, &variables)
}

/// Starts the server for an audience. An account has as many sockets as it may, in one room or in
/// many, and the first of a room sends.
pub fn start(binary: &Path, audience: Audience, cores: &[usize]) -> io::Result<Running> {
    let mut server = Causerie::start(binary, None, cores)?;
    let rooms_each = audience.rooms.min(SOCKETS);
    let seats_each = SOCKETS / rooms_each;
    let mut accounts = Vec::new();
    let (mut scripts, mut requests) = (Vec::new(), Vec::new());
    for room in 0..audience.rooms {
        if room % rooms_each == 0 {
            accounts.clear();
            for number in 0..audience.subscribers.div_ceil(seats_each) {
                accounts.push(server.register(&format!("person-{room}-{number}"))?);
            }
        }
        let id = server.create_room(&accounts)?;
        requests.push(send_request(&accounts[0], &id));
        let script = |seat: usize| subscription(room, &id, &accounts[seat / seats_each]);
        scripts.extend((0..audience.subscribers).map(script));
    }
    Ok(Running {
        process: server.process,
        address: server.address,
        scripts,
        publishing: Publishing::Http {
            address: server.address,
            requests,
            proof: SENT,
        },
        _folder: Some(server.folder),
    })
}

fn subscription(room: usize, id: &str, account: &Account) -> Script {
    let authorization = format!("Bearer {}", account.token);
    graphql_script(room, &json!({ "room": id }), Some(&authorization))
}
