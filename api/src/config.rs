//! The server's settings: what they are called, what they default to, and how they are read.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use tracing_subscriber::EnvFilter;

/// The settings as they are given, each by an argument or an environment variable.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Address and port to listen on, such as 0.0.0.0:8080 for every IPv4 interface. Port 0 takes
    /// any free port; the one taken is printed
    #[arg(
        long,
        env = "CAUSERIE_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080",
        global = true
    )]
    listen: SocketAddr,

    /// Folder for everything the server keeps: its keys, and the database unless that is elsewhere.
    /// It is made if absent
    #[arg(
        long,
        env = "CAUSERIE_DATA_DIR",
        value_name = "FOLDER",
        default_value = "./data",
        global = true
    )]
    data_dir: PathBuf,

    /// Database: sqlite://PATH (sqlite:///PATH when absolute) or
    /// postgres://USER:PASSWORD@HOST:PORT/NAME [default: causerie.db in the data folder]
    #[arg(
        long,
        env = "CAUSERIE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    database_url: Option<String>,

    /// Web origins, separated by commas, whose pages may use this server, such as
    /// https://chat.example.org [default: only pages this server serves itself]
    #[arg(
        long,
        env = "CAUSERIE_ALLOWED_ORIGINS",
        value_name = "ORIGINS",
        value_delimiter = ',',
        global = true
    )]
    allowed_origins: Vec<String>,

    /// Reverse proxies, as addresses or CIDR blocks separated by commas, whose X-Forwarded-For is
    /// believed [default: none]
    #[arg(
        long,
        env = "CAUSERIE_TRUSTED_PROXIES",
        value_name = "BLOCKS",
        value_delimiter = ',',
        global = true
    )]
    trusted_proxies: Vec<String>,

    /// How often a second one account may send, edit, join and so on, over time; twenty-five
    /// times as many at once. 0 is without a limit
    #[arg(
        long,
        env = "CAUSERIE_WRITES_PER_SECOND",
        value_name = "COUNT",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(..=1_000_000),
        global = true
    )]
    writes_per_second: u32,

    /// What is logged to standard error: error, warn, info, debug or trace, for everything or by
    /// module, such as info,causerie=debug
    #[arg(
        long,
        env = "CAUSERIE_LOG",
        value_name = "FILTER",
        default_value = "info",
        value_parser = parse_filter,
        global = true
    )]
    log: String,
}

/// The settings, checked.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where to listen; port 0 takes any free port.
    pub(crate) listen: SocketAddr,
    /// The folder for keys and, by default, the database. It may not exist yet.
    pub(crate) data_dir: PathBuf,
    pub(crate) database: DatabaseUrl,
    /// Origins allowed besides the server's own, as they were given.
    pub(crate) allowed_origins: Vec<String>,
    /// Addresses and CIDR blocks whose `X-Forwarded-For` is believed, as they were given.
    pub(crate) trusted_proxies: Vec<String>,
    /// How often a second an account may write; 0 is without a limit.
    pub(crate) writes_per_second: u32,
    /// A filter that `tracing_subscriber::EnvFilter` accepts.
    pub(crate) log: String,
}

impl TryFrom<ConfigArgs> for Config {
    type Error = BadDatabaseUrl;

    fn try_from(args: ConfigArgs) -> Result<Self, BadDatabaseUrl> {
        let database = match args.database_url.as_deref() {
            None | Some("") => DatabaseUrl::Sqlite(args.data_dir.join("causerie.db")),
            Some(url) => url.parse()?,
        };
        Ok(Self {
            listen: args.listen,
            data_dir: args.data_dir,
            database,
            allowed_origins: without_blanks(args.allowed_origins),
            trusted_proxies: without_blanks(args.trusted_proxies),
            writes_per_second: args.writes_per_second,
            log: args.log,
        })
    }
}

/// A variable that is set to nothing is an empty list, not a list with an empty entry.
fn without_blanks(mut entries: Vec<String>) -> Vec<String> {
    entries.retain(|entry| !entry.trim().is_empty());
    entries
}

/// Where the database is. Printing it, in either way, never shows a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// The path of a database file, made if absent.
    Sqlite(PathBuf),
    /// A connection URL with everything in it, the password too.
    Postgres(String),
}

/// Why a database URL is not one. The text names no part that may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadDatabaseUrl {
    #[error(
        "the database URL has an unknown scheme{0}; use sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME"
    )]
    UnknownScheme(String),
    #[error("the database URL names no file; use sqlite://PATH, such as sqlite://data/causerie.db")]
    NoPath,
    #[error("the database URL takes no options after the path of an SQLite file")]
    SqliteOptions,
}

impl FromStr for DatabaseUrl {
    type Err = BadDatabaseUrl;

    fn from_str(url: &str) -> Result<Self, BadDatabaseUrl> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(BadDatabaseUrl::UnknownScheme(String::new()));
        };
        match scheme {
            "sqlite" if rest.is_empty() || rest.starts_with(":memory:") => {
                Err(BadDatabaseUrl::NoPath)
            }
            "sqlite" if rest.contains('?') => Err(BadDatabaseUrl::SqliteOptions),
            "sqlite" => Ok(Self::Sqlite(rest.into())),
            "postgres" | "postgresql" => Ok(Self::Postgres(url.to_owned())),
            // Something longer than a scheme may be a password with "://" in it.
            _ if scheme.len() <= 16 && scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Err(BadDatabaseUrl::UnknownScheme(format!(" \"{scheme}\"")))
            }
            _ => Err(BadDatabaseUrl::UnknownScheme(String::new())),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => match without_secrets(url) {
                Some(place) => write!(f, "postgres://{place}"),
                None => f.write_str("postgres://…"),
            },
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Host, port and name of a PostgreSQL URL, without user, password and options; `None` when it is
/// not plain which part is which.
fn without_secrets(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (before_options, options) = rest.split_once('?').unwrap_or((rest, ""));
    if before_options.matches('@').count() > 1 || options.contains('@') {
        return None;
    }
    Some(before_options.rsplit('@').next().unwrap_or(before_options))
}

fn parse_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_urls_name_a_file_or_a_server() {
        let sqlite = |path: &str| Ok(DatabaseUrl::Sqlite(path.into()));
        let server = "postgresql://u:p@db:5432/chat?sslmode=require";
        let unknown = |named: &str| Err(BadDatabaseUrl::UnknownScheme(named.into()));
        let cases = [
            ("sqlite://data/chat.db", sqlite("data/chat.db")),
            ("sqlite:///var/lib/chat.db", sqlite("/var/lib/chat.db")),
            (server, Ok(DatabaseUrl::Postgres(server.into()))),
            ("sqlite://", Err(BadDatabaseUrl::NoPath)),
            ("sqlite://:memory:", Err(BadDatabaseUrl::NoPath)),
            ("sqlite://a.db?mode=rwc", Err(BadDatabaseUrl::SqliteOptions)),
            ("mysql://u:secret@db/chat", unknown(" \"mysql\"")),
            ("u:secret@db/chat", unknown("")),
            ("u:secret@db/chat://", unknown("")),
        ];
        for (url, expected) in cases {
            let parsed: Result<DatabaseUrl, _> = url.parse();
            if let Err(error) = &parsed {
                assert!(!error.to_string().contains("secret"), "{error}");
                assert!(!error.to_string().contains('\n'), "{error}");
            }
            assert_eq!(parsed, expected, "{url}");
        }
    }

    #[test]
    fn a_printed_url_shows_no_password() {
        let cases = [
            (
                "postgres://u:secret@db:5432/chat",
                "postgres://db:5432/chat",
            ),
            ("postgres://db/chat?password=secret", "postgres://db/chat"),
            ("postgres://u:a@secret@db/chat", "postgres://…"),
            ("postgres://db/chat?password=a@secret", "postgres://…"),
            ("postgres://u:a?secret@db/chat", "postgres://…"),
        ];
        for (url, expected) in cases {
            let url: DatabaseUrl = url.parse().expect("a database URL");
            assert_eq!(url.to_string(), expected);
            assert_eq!(format!("{url:?}"), expected);
        }
    }
}
