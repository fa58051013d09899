//! The real server binary, as a process of its own.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::database::variable;
use crate::{Answer, Database, Person, Socket, within, within_for};

/// How long a program may take that fills a database.
const RUN: Duration = Duration::from_secs(120);

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// What the program is told, besides its settings.
    pub arguments: Vec<String>,
    /// Environment variables that matter; all others that begin with `CAUSERIE_` are taken away.
    pub environment: Vec<(String, String)>,
    /// The content of a `.env` in the working folder.
    pub dotenv: Option<String>,
}

impl Setup {
    /// On a free port, over `database`.
    pub fn with(database: &Database) -> Self {
        Self::default()
            .set("CAUSERIE_LISTEN", "127.0.0.1:0")
            .set("CAUSERIE_DATABASE_URL", &database.url)
            // Tests write faster than people.
            .set("CAUSERIE_WRITES_PER_SECOND", "0")
            .set("CAUSERIE_LOG", "info,causerie::storage=trace")
    }

    /// The same for something else than serving.
    pub fn told(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|&word| word.into()).collect();
        self
    }

    /// The same with one more variable, or another value of it.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
        self
    }
}

/// What became of a program that ended by itself.
#[derive(Debug)]
pub struct Exit {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A running server, its data folder and its log.
pub struct Server {
    /// `http://127.0.0.1:PORT`; it stays the same through restarts.
    pub url: String,
    setup: Setup,
    folder: TempDir,
    child: Child,
    http: reqwest::Client,
}

impl Server {
    /// Starts a server and waits until it says that it is ready.
    pub async fn start(setup: Setup) -> Self {
        let folder = TempDir::with_prefix("causerie-test-").expect("a temporary folder");
        let (child, url) = spawn_until_ready(&setup, &folder).await;
        Self {
            url,
            setup,
            folder,
            child,
            http: http_client(),
        }
    }

    /// Starts one more server over the same database and with the same keys.
    pub async fn start_beside(&self) -> Self {
        self.start_beside_with("CAUSERIE_LISTEN", "127.0.0.1:0")
            .await
    }

    /// The same, with a setting of its own.
    pub async fn start_beside_with(&self, name: &str, value: &str) -> Self {
        let keys_and_all = self.data_dir().to_string_lossy().into_owned();
        let setup = self.setup.clone().set("CAUSERIE_DATA_DIR", &keys_and_all);
        Self::start(setup.set(name, value)).await
    }

    /// Runs the program until it ends by itself: it cannot serve, or is to do something else.
    pub async fn run(setup: Setup) -> Exit {
        let folder = TempDir::with_prefix("causerie-test-").expect("a temporary folder");
        if let Some(content) = &setup.dotenv {
            std::fs::write(folder.path().join(".env"), content).expect("a file");
        }
        let output = command(&setup, &folder).kill_on_drop(true).output();
        let output = within_for(RUN, "the program to end", output).await;
        let output = output.expect("the server's binary");
        Exit {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into(),
            stderr: String::from_utf8_lossy(&output.stderr).into(),
        }
    }

    /// What the server keeps: `CAUSERIE_DATA_DIR`.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the server has logged since it was started first.
    pub fn log(&self) -> String {
        std::fs::read_to_string(log_path(&self.folder)).unwrap_or_default()
    }

    /// The database queries that were run for `asking`, by name. Nobody else may be asking.
    pub async fn queries_of<T>(&self, asking: impl Future<Output = T>) -> (T, Vec<String>) {
        let before = self.queries().len();
        let answer = asking.await;
        (answer, self.queries().split_off(before))
    }

    fn queries(&self) -> Vec<String> {
        // The server reads the log, what is due, and whom it concerns that somebody came or went, by
        // itself at any time.
        const BACKGROUND: [&str; 6] = [
            "list_events",
            "list_due_messages",
            "list_departures",
            "find_blocked",
            "list_rooms_of_users",
            "update_last_seen",
        ];
        let log = self.log();
        let names = log.lines().filter_map(|line| line.split_once("query=\""));
        names
            .map(|(_, rest)| rest.trim_end_matches('"').to_owned())
            .filter(|name| !BACKGROUND.contains(&name.as_str()))
            .collect()
    }

    /// Ends the server as if the power had failed.
    pub async fn kill(&mut self) {
        // It may have ended already, which is as good.
        let _ = self.child.kill().await;
    }

    /// Asks the server to end, as a service manager does, and waits until it has; its exit code.
    pub async fn terminate(&mut self) -> Option<i32> {
        let pid = self.child.id().expect("a running server").to_string();
        let kill = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(kill.expect("kill").success());
        let status = within("the server to end", self.child.wait()).await;
        status.expect("an exit status").code()
    }

    /// Starts a server that was killed or terminated again: same data, same address.
    pub async fn start_again(&mut self) {
        let address = self.url.strip_prefix("http://").expect("the address");
        let setup = self.setup.clone().set("CAUSERIE_LISTEN", address);
        let (child, url) = spawn_until_ready(&setup, &self.folder).await;
        assert_eq!(url, self.url);
        self.child = child;
    }

    /// Asks anonymously.
    pub async fn ask(&self, document: &str, variables: Value) -> Answer {
        self.ask_with(&[], document, variables).await
    }

    /// Asks with HTTP headers of one's own.
    pub async fn ask_with(
        &self,
        headers: &[(&str, &str)],
        document: &str,
        variables: Value,
    ) -> Answer {
        ask(&self.http, &self.url, headers, document, variables).await
    }

    /// What a path of the server holds: status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let response = self.http.get(format!("{}{path}", self.url)).send();
        let response = within(path, response).await.expect("a response");
        let status = response.status().as_u16();
        (status, response.text().await.expect("a body"))
    }

    /// Registers somebody who did not exist.
    pub async fn register(&self, username: &str) -> Person {
        Person::register(&self.http, &self.url, username).await
    }

    /// Signs somebody in who was registered otherwise.
    pub async fn log_in(&self, username: &str, password: &str) -> Person {
        Person::log_in(&self.http, &self.url, username, password).await
    }

    /// Registers several people.
    pub async fn people<const N: usize>(&self, usernames: [&str; N]) -> [Person; N] {
        let registered = usernames.map(|username| self.register(username));
        let people = futures_util::future::join_all(registered).await;
        people
            .try_into()
            .unwrap_or_else(|_| panic!("as many people as names"))
    }

    /// Opens a socket; `authorization` is the payload's, as `Bearer …`.
    pub async fn socket(&self, authorization: Option<&str>) -> Socket {
        Socket::open(&self.url, authorization).await
    }
}

fn http_client() -> reqwest::Client {
    // Built together with the SDK, reqwest comes with TLS but without a provider for it, and will not
    // start without one. Another case may have named it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Sends one GraphQL request and reads its answer.
pub(crate) async fn ask(
    http: &reqwest::Client,
    url: &str,
    headers: &[(&str, &str)],
    document: &str,
    variables: Value,
) -> Answer {
    let mut request = http
        .post(format!("{url}/graphql"))
        .header("accept", "application/graphql-response+json")
        .json(&json!({ "query": document, "variables": variables }));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = within("an answer", request.send())
        .await
        .expect("a response");
    let cookies = response.headers().get_all("set-cookie").iter();
    let cookies = cookies.map(|cookie| cookie.to_str().expect("a cookie").to_owned());
    let cookies = cookies.collect();
    let text = response.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"));
    Answer { body, cookies }
}

async fn spawn_until_ready(setup: &Setup, folder: &TempDir) -> (Child, String) {
    let log = File::options()
        .create(true)
        .append(true)
        .open(log_path(folder));
    let mut child = command(setup, folder)
        .stderr(log.expect("a log file"))
        .kill_on_drop(true)
        .spawn()
        .expect("the server's binary");
    let mut stdout = BufReader::new(child.stdout.take().expect("standard output"));
    let mut line = String::new();
    let read = within("the server to be ready", stdout.read_line(&mut line)).await;
    read.expect("standard output");
    let Some(url) = line.trim_end().strip_prefix("Causerie is ready at ") else {
        let log = std::fs::read_to_string(log_path(folder)).unwrap_or_default();
        panic!("the server did not start: {line:?}\n{log}");
    };
    // A full pipe would stop the server.
    tokio::spawn(async move { stdout.read_to_end(&mut Vec::new()).await });
    (child, url.to_owned())
}

fn command(setup: &Setup, folder: &TempDir) -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CAUSERIE_") {
            command.env_remove(name);
        }
    }
    command
        .args(&setup.arguments)
        .env("CAUSERIE_DATA_DIR", folder.path().join("data"))
        .env("CAUSERIE_LOG", "info,causerie=debug")
        .envs(setup.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn log_path(folder: &TempDir) -> PathBuf {
    folder.path().join("server.log")
}

/// The server's binary: `CAUSERIE_BIN`, or one that Cargo builds now, so that it is never stale.
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = variable("CAUSERIE_BIN") {
            return std::fs::canonicalize(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
        let built = std::process::Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--package",
                "causerie-api",
                "--bin",
                "causerie",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(built.expect("cargo").success(), "the server does not build");
        let test = std::env::current_exe().expect("this test's path");
        let profile = test
            .ancestors()
            .nth(2)
            .expect("the folder of the build profile");
        profile.join("causerie")
    })
}
