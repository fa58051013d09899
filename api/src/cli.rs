//! The command line: what the program is asked to do, and refusals in one line.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigArgs};

/// A self-hosted real-time chat server with a GraphQL API.
///
/// Without arguments it serves on http://127.0.0.1:8080 and keeps everything in ./data. Each setting
/// is an argument or an environment variable; a file named .env in the working folder is read for
/// variables that are not set.
#[derive(Debug, Parser)]
#[command(name = "causerie", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: ConfigArgs,
}

/// What to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Subcommand)]
pub(crate) enum Command {
    /// Serve the API and the web app (the default)
    #[default]
    Serve,
    /// Print the GraphQL schema
    Schema,
    /// Fill an empty database with a made-up community to look around in
    ///
    /// Fifty people, twenty rooms and a hundred direct ones, with four weeks of messages. Everybody has
    /// the same password, which is printed and no secret: not for a server that others can reach.
    Demo {
        /// The same seed gives the same people, rooms and texts
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        seed: u64,
        /// How many messages, threads included
        #[arg(
            long,
            value_name = "COUNT",
            default_value_t = 100_000,
            value_parser = clap::value_parser!(u32).range(..=1_000_000)
        )]
        messages: u32,
    },
}

/// What the program was started for.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) command: Command,
    pub(crate) config: Config,
}

/// Why there is nothing to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Help or the version was asked for: print this to standard output and exit with 0.
    Answer(String),
    /// The arguments, a variable or `.env` cannot be used: print this one line to standard error
    /// and exit with 2.
    Refused(String),
}

/// Reads `.env` in the working folder, the environment and the arguments.
///
/// Call it before any thread is started: variables from `.env` are set for the whole process.
pub(crate) fn from_environment() -> Result<Invocation, Stop> {
    read_dotenv(Path::new(".env"))?;
    parse(std::env::args_os())
}

fn read_dotenv(path: &Path) -> Result<(), Stop> {
    match dotenvy::from_path(path) {
        Ok(()) => Ok(()),
        Err(dotenvy::Error::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(dotenvy::Error::Io(error)) => {
            let path = path.display();
            Err(Stop::Refused(format!("cannot read {path}: {error}")))
        }
        // The error itself quotes the line, which may hold a password.
        Err(_) => Err(Stop::Refused(format!(
            "{} is not a file of NAME=value lines",
            path.display()
        ))),
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, Stop> {
    let cli = Cli::try_parse_from(arguments).map_err(|error| {
        let text = error.render().to_string();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Stop::Answer(text),
            _ => Stop::Refused(one_line(&text)),
        }
    })?;
    let config = Config::try_from(cli.config).map_err(|error| Stop::Refused(error.to_string()))?;
    Ok(Invocation {
        command: cli.command.unwrap_or_default(),
        config,
    })
}

/// The first line of clap's explanation; the usage that follows it is what `--help` is for.
fn one_line(text: &str) -> String {
    let first = text.lines().next().unwrap_or(text);
    let first = first.strip_prefix("error: ").unwrap_or(first);
    format!("{first} (see causerie --help)")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::config::DatabaseUrl;

    fn parsed(arguments: &[&str]) -> Result<Invocation, Stop> {
        let arguments = ["causerie"].iter().chain(arguments);
        parse(arguments.map(OsString::from))
    }

    fn refusal(arguments: &[&str]) -> String {
        match parsed(arguments) {
            Err(Stop::Refused(line)) => line,
            other => panic!("{arguments:?} gave {other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_argument_serves() {
        let invocation = parsed(&["--data-dir", "/srv/chat"]).expect("an invocation");
        assert_eq!(invocation.command, Command::Serve);
        let expected = DatabaseUrl::Sqlite("/srv/chat/causerie.db".into());
        assert_eq!(invocation.config.database, expected);
    }

    #[test]
    fn a_demo_has_a_seed_and_a_size() {
        let command = |arguments| parsed(arguments).expect("an invocation").command;
        let (seed, messages) = (1, 100_000);
        assert_eq!(command(&["demo"]), Command::Demo { seed, messages });
        let (seed, messages) = (7, 20);
        let arguments = ["demo", "--seed=7", "--messages=20"];
        assert_eq!(command(&arguments), Command::Demo { seed, messages });
    }

    #[test]
    fn settings_are_accepted_before_and_after_the_command() {
        for arguments in [["--listen=[::]:0", "serve"], ["serve", "--listen=[::]:0"]] {
            let invocation = parsed(&arguments).expect("an invocation");
            assert_eq!(invocation.config.listen.to_string(), "[::]:0");
        }
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let config = parsed(&[
            "--allowed-origins=https://a.example,https://b.example",
            "--trusted-proxies=10.0.0.0/8,::1",
        ])
        .expect("an invocation")
        .config;
        assert_eq!(config.allowed_origins.len(), 2);
        assert_eq!(config.trusted_proxies, ["10.0.0.0/8", "::1"]);
    }

    #[test]
    fn a_refusal_is_one_line_without_secrets() {
        let cases: [(&[&str], &str); 4] = [
            (&["--listen=8080"], "--listen"),
            (&["--database-url=mysql://u:secret@db/chat"], "mysql"),
            (&["--log=a=b=c"], "--log"),
            (&["dance"], "dance"),
        ];
        for (arguments, named) in cases {
            let line = refusal(arguments);
            assert!(line.contains(named), "{line}");
            assert!(!line.contains('\n') && !line.contains("secret"), "{line}");
        }
    }

    #[test]
    fn help_explains_every_setting_with_its_variable() {
        let Err(Stop::Answer(help)) = parsed(&["--help"]) else {
            panic!("no help");
        };
        for argument in Cli::command().get_arguments() {
            if let Some(variable) = argument.get_env() {
                let variable = variable.to_string_lossy();
                assert!(help.contains(&*variable), "{variable}");
                assert!(argument.get_help().is_some(), "{variable}");
            }
        }
        assert!(help.contains("CAUSERIE_DATABASE_URL"));
    }

    #[test]
    fn a_damaged_dotenv_is_refused_without_quoting_it() {
        let path = std::env::temp_dir().join(format!("causerie-dotenv-{}", std::process::id()));
        std::fs::write(&path, "CAUSERIE_DATABASE_URL='secret\n").expect("write");
        let refused = read_dotenv(&path).expect_err("a refusal");
        std::fs::remove_file(&path).expect("remove");
        let Stop::Refused(line) = refused else {
            panic!("{refused:?}");
        };
        assert!(
            line.contains("causerie-dotenv") && !line.contains("secret"),
            "{line}"
        );
        assert_eq!(read_dotenv(Path::new("no such file")), Ok(()));
    }
}
