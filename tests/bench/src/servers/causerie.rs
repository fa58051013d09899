//! The server that all this is about: the real binary, with accounts, rooms and a database on disk.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::message::{BODY, from_now, graphql_script};
use super::process::Process;
use super::{Audience, Running};
use crate::driver::{Publishing, Script};
use crate::http::{Client, graphql_request};

/// Sockets by account; the server's limit is 100.
const SOCKETS: usize = 90;

const LOGIN: &str = "mutation($input: LoginInput!) { signedIn: login(input: $input) { \
    accessToken viewer { user { id } } userErrors { code message } } }";
const REGISTER: &str = "mutation($input: RegisterInput!) { signedIn: register(input: $input) { \
    accessToken viewer { user { id } } userErrors { code message } } }";
const CREATE_ROOM: &str = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { \
    room { id } userErrors { code message } } }";
const SEND: &str = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { \
    message { id seq sentAt } userErrors { code message } } }";
/// What the answer to a message that was taken contains.
const SENT: &str = r#""userErrors":[]"#;

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
        Self::start_in(folder()?, binary, database, cores)
    }

    /// The same with the community of `causerie demo` in it.
    pub fn start_demo(binary: &Path, database: Option<&str>, cores: &[usize]) -> io::Result<Self> {
        let folder = folder()?;
        let mut demo = command(binary, &folder, database);
        let output = demo.arg("demo").output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("{demo:?} gave {output:?}")));
        }
        Self::start_in(folder, binary, database, cores)
    }

    fn start_in(
        folder: TempDir,
        binary: &Path,
        database: Option<&str>,
        cores: &[usize],
    ) -> io::Result<Self> {
        let mut command = command(binary, &folder, database);
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
        self.sign_in(REGISTER, name, "correct horse battery")
    }

    /// Signs in somebody of the demo.
    pub fn log_in(&mut self, name: &str) -> io::Result<Account> {
        self.sign_in(LOGIN, name, "look around")
    }

    fn sign_in(&mut self, mutation: &str, name: &str, password: &str) -> io::Result<Account> {
        let input = json!({ "username": name, "password": password });
        let variables = json!({ "input": input });
        let data = self.client.ask(None, mutation, &variables)?;
        let text = |pointer| data.pointer(pointer).and_then(|value| value.as_str());
        Ok(Account {
            id: text("/signedIn/viewer/user/id").unwrap_or_default().into(),
            token: text("/signedIn/accessToken").unwrap_or_default().into(),
        })
    }

    /// Where SQLite keeps the database.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("causerie.db")
    }

    /// Asks as this account.
    pub fn ask(
        &mut self,
        account: &Account,
        document: &str,
        variables: &Value,
    ) -> io::Result<Value> {
        self.client.ask(Some(&account.token), document, variables)
    }

    /// The answer to a finished request.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        self.client.exchange(request)
    }

    /// A room of all these accounts, the first of which owns it; its id.
    pub fn create_room(&mut self, accounts: &[Account]) -> io::Result<String> {
        let others: Vec<_> = accounts[1..].iter().collect();
        self.create_group(&accounts[0], &others)
    }

    /// A room of the owner's and these others; its id.
    pub fn create_group(&mut self, owner: &Account, others: &[&Account]) -> io::Result<String> {
        let others: Vec<_> = others.iter().map(|account| &account.id).collect();
        let input = json!({ "kind": "GROUP", "name": "bench", "memberIds": others });
        let variables = json!({ "input": input });
        let data = self.ask(owner, CREATE_ROOM, &variables)?;
        let id = data.pointer("/createRoom/room/id");
        Ok(id.and_then(|id| id.as_str()).unwrap_or_default().into())
    }
}

fn folder() -> io::Result<TempDir> {
    // Beside the program: the system's folder for temporary files may be no disk.
    let program = std::env::current_exe()?;
    let folder = program.parent().unwrap_or(Path::new("."));
    TempDir::with_prefix_in("bench-", folder)
}

fn command(binary: &Path, folder: &TempDir, database: Option<&str>) -> Command {
    let mut command = Command::new(binary);
    command
        .env("CAUSERIE_LISTEN", "127.0.0.1:0")
        .env("CAUSERIE_DATA_DIR", folder.path())
        .env("CAUSERIE_DATABASE_URL", database.unwrap_or_default())
        // As fast as it can, not as fast as people may.
        .env("CAUSERIE_WRITES_PER_SECOND", "0")
        // What it warns of, the reader of the figures should see.
        .env("CAUSERIE_LOG", "warn")
        .current_dir(folder.path());
    command
}

/// A room and the accounts that subscribe to it, each with several sockets.
pub struct Room {
    pub id: String,
    accounts: Rc<Vec<Account>>,
    seats_each: usize,
}

impl Room {
    /// The account that sends.
    pub fn sender(&self) -> &Account {
        &self.accounts[0]
    }

    /// How to subscribe as the one in this seat; `index` is the room's number.
    pub fn script(&self, index: usize, seat: usize, operation: &Value) -> Script {
        let account = &self.accounts[seat / self.seats_each];
        graphql_script(index, operation, Some(&account.token))
    }
}

impl Causerie {
    /// Makes rooms and accounts for an audience. An account has as many sockets as it may, in one
    /// room or in many.
    pub fn admit(&mut self, audience: Audience) -> io::Result<Vec<Room>> {
        let rooms_each = audience.rooms.min(SOCKETS);
        let seats_each = SOCKETS / rooms_each;
        let mut accounts = Rc::default();
        let mut rooms = Vec::new();
        for index in 0..audience.rooms {
            if index % rooms_each == 0 {
                let count = audience.subscribers.div_ceil(seats_each);
                let names = (0..count).map(|number| format!("person-{index}-{number}"));
                let registered = names.map(|name| self.register(&name));
                accounts = Rc::new(registered.collect::<io::Result<Vec<_>>>()?);
            }
            rooms.push(Room {
                id: self.create_room(&accounts)?,
                accounts: accounts.clone(),
                seats_each,
            });
        }
        Ok(rooms)
    }

    /// How to send one message after the other to these rooms.
    pub fn publishing<'a>(
        &self,
        rooms: impl Iterator<Item = (&'a Account, &'a str)>,
    ) -> Publishing {
        Publishing::Http {
            address: self.address,
            requests: rooms
                .map(|(account, room)| send_request(Some(&account.token), room, BODY))
                .collect(),
            proof: SENT,
        }
    }

    /// How to send what is refused, for its blank body, before the database is asked.
    pub fn publishing_in_vain(&self, account: &Account, room: &str) -> Publishing {
        Publishing::Http {
            address: self.address,
            requests: vec![send_request(Some(&account.token), room, " ")],
            proof: r#""userErrors":[{"code":"INVALID""#,
        }
    }
}

/// How to send one message after the other to this room of another server.
pub fn publishing_without_login(address: SocketAddr, room: &str) -> Publishing {
    Publishing::Http {
        address,
        requests: vec![send_request(None, room, BODY)],
        proof: SENT,
    }
}

fn send_request(token: Option<&str>, room: &str, body: &str) -> Vec<u8> {
    let variables = json!({ "input": { "roomId": room, "body": body } });
    graphql_request(token, SEND, &variables)
}

/// Starts the server for an audience.
pub fn start(binary: &Path, audience: Audience, cores: &[usize]) -> io::Result<Running> {
    let mut server = Causerie::start(binary, None, cores)?;
    let rooms = server.admit(audience)?;
    let mut scripts = Vec::new();
    for (index, room) in rooms.iter().enumerate() {
        let operation = from_now(&room.id);
        let seats = 0..audience.subscribers;
        scripts.extend(seats.map(|seat| room.script(index, seat, &operation)));
    }
    let senders = rooms.iter().map(|room| (room.sender(), room.id.as_str()));
    Ok(Running {
        publishing: server.publishing(senders),
        process: server.process,
        address: server.address,
        scripts,
        _folder: Some(server.folder),
    })
}
