//! Starting badly is explained in one line, and starting well says where things are.

use std::net::TcpListener;

use causerie_tests::{Backend, Database, Exit, Server, Setup, on_both_databases};

/// Checks that the server gave up with one line that names the cause and no secret.
#[track_caller]
fn assert_explained(exit: &Exit, named: &str) {
    assert!(exit.code.is_some_and(|code| code != 0), "{exit:?}");
    assert_eq!(exit.stdout, "", "{exit:?}");
    assert_eq!(exit.stderr.trim_end().lines().count(), 1, "{exit:?}");
    assert!(exit.stderr.contains(named), "{named} is not in {exit:?}");
    assert!(!exit.stderr.contains("hunter2"), "{exit:?}");
}

fn quiet() -> Setup {
    Setup::default()
        .set("CAUSERIE_LISTEN", "127.0.0.1:0")
        .set("CAUSERIE_LOG", "warn")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let exit = Server::run(quiet().set("CAUSERIE_LISTEN", &address)).await;
    assert_explained(&exit, &address);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cannot_be_written() {
    // Not even root can make a folder below a file or in /proc.
    for path in ["/dev/null/data", "/proc/data"] {
        let exit = Server::run(quiet().set("CAUSERIE_DATA_DIR", path)).await;
        assert_explained(&exit, path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_kind_of_database() {
    let url = "mysql://root:hunter2@localhost/chat";
    let exit = Server::run(quiet().set("CAUSERIE_DATABASE_URL", url)).await;
    assert_explained(&exit, "mysql");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_reached() {
    // A port that was free a moment ago, with nobody behind it.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = format!("postgres://chat:hunter2@127.0.0.1:{port}/chat");
    let exit = Server::run(quiet().set("CAUSERIE_DATABASE_URL", &url)).await;
    assert_explained(&exit, "database");

    let url = "sqlite:///dev/null/chat.db";
    let exit = Server::run(quiet().set("CAUSERIE_DATABASE_URL", url)).await;
    assert_explained(&exit, "/dev/null/chat.db");
}

async fn a_database_that_is_too_new(backend: Backend) {
    let Some(database) = Database::create(backend).await else {
        return;
    };
    let mut server = Server::start(Setup::with(&database)).await;
    server.terminate().await;
    let future = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231235959')";
    database.execute(future).await;
    let setup = Setup::with(&database).set("CAUSERIE_LOG", "warn");
    let exit = Server::run(setup).await;
    database.remove().await;
    assert_explained(&exit, "29991231235959");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_too_new_sqlite() {
    a_database_that_is_too_new(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_too_new_postgres() {
    a_database_that_is_too_new(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_makes_no_sense() {
    for (name, value) in [
        ("CAUSERIE_LISTEN", "everywhere"),
        ("CAUSERIE_LOG", "a=b=c"),
        ("CAUSERIE_ALLOWED_ORIGINS", "*"),
        ("CAUSERIE_TRUSTED_PROXIES", "10.0.0.0/33"),
    ] {
        let exit = Server::run(quiet().set(name, value)).await;
        assert_explained(&exit, value);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_in_a_dotenv_file_counts_unless_it_is_set_otherwise() {
    let setup = Setup {
        dotenv: Some("CAUSERIE_DATABASE_URL=oracle://x\nCAUSERIE_LOG=a=b=c\n".into()),
        ..quiet()
    };
    let exit = Server::run(setup).await;
    assert_explained(&exit, "oracle");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_share_a_database() {
    let Some(database) = Database::create(Backend::Postgres).await else {
        return;
    };
    let starts = (0..3).map(|_| Server::start(Setup::with(&database)));
    let mut servers = futures_util::future::join_all(starts).await;
    servers[0].register("alice").await;
    let question = "{ user(username: \"alice\") { username } }";
    let bob = servers[1].register("bob").await;
    let seen = bob.ask(question, serde_json::json!({})).await;
    assert_eq!(seen.get::<String>("/user/username"), "alice");
    for server in &mut servers {
        server.kill().await;
    }
    database.remove().await;
}

async fn a_good_start_says_where_things_are(server: &mut Server) {
    for (path, holds) in [
        ("/health", ""),
        ("/schema.graphql", "type Mutation"),
        ("/.well-known/jwks.json", "\"kid\""),
    ] {
        let (status, body) = server.get(path).await;
        assert_eq!(status, 200, "{path}");
        assert!(body.contains(holds), "{path}: {body}");
    }
}

on_both_databases![a_good_start_says_where_things_are];
