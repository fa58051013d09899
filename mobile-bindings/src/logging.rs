//! What goes wrong, and what the SDK does about it, told to the app's logger.

use crate::errors::CallbackError;
use std::fmt::{Debug, Write as _};
use std::io::Write as _;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Once, OnceLock};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// How many lines may wait for a logger. What comes while it is behind is lost.
const QUEUE: usize = 1000;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// For whoever looks for what went wrong.
    Debug,
    /// Something that does not happen every day.
    Info,
    /// Something went wrong and was survived.
    Warning,
    /// A fault of the library, or one that it cannot mend.
    Error,
}

/// Where the library's log goes. Called from a thread of its own, one call at a time. No line has a token in it.
#[uniffi::export(foreign)]
pub trait Logger: Send + Sync {
    /// Takes one line.
    fn log(&self, level: LogLevel, text: String) -> Result<(), CallbackError>;
}

static LINES: OnceLock<SyncSender<(LogLevel, String)>> = OnceLock::new();

/// Sends the library's log to the app's own. The first logger stays; without one, what went wrong goes to standard error.
#[uniffi::export]
pub fn set_logger(logger: Arc<dyn Logger>) {
    let (lines, waiting) = sync_channel::<(LogLevel, String)>(QUEUE);
    if LINES.set(lines).is_err() {
        return;
    }
    let thread = std::thread::Builder::new().name("causerie-log".to_owned());
    let spawned = thread.spawn(move || {
        for (level, text) in waiting {
            // A logger that fails leaves nowhere to say so.
            let _ = logger.log(level, text);
        }
    });
    // Without a thread there is no log, and nowhere to say so either.
    drop(spawned);
    let _ = tracing::subscriber::set_global_default(FromSdk);
    log_panics();
}

pub(crate) fn log(level: LogLevel, text: String) {
    match LINES.get() {
        Some(lines) => drop(lines.try_send((level, text))),
        None => drop(writeln!(std::io::stderr(), "causerie: {level:?}: {text}")),
    }
}

/// A panic ends one task, never the app; this says where it was.
pub(crate) fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            log(LogLevel::Error, panic.to_string());
            earlier(panic);
        }));
    });
}

/// Hands on what the SDK itself says; what it is made of says too much.
struct FromSdk;

impl Subscriber for FromSdk {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && metadata.target().starts_with("causerie_sdk")
            && *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let level = match *event.metadata().level() {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warning,
            Level::INFO => LogLevel::Info,
            Level::DEBUG | Level::TRACE => LogLevel::Debug,
        };
        let mut line = Line::default();
        event.record(&mut line);
        log(level, line.text + &line.fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    text: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a text does not fail.
        let _ = match field.name() {
            "message" => write!(self.text, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    struct Recorder(Mutex<Sender<(LogLevel, String)>>);

    impl Logger for Recorder {
        fn log(&self, level: LogLevel, text: String) -> Result<(), CallbackError> {
            let lines = self.0.lock().expect("not poisoned");
            // The other tests of the process are heard too.
            let _ = lines.send((level, text));
            Ok(())
        }
    }

    fn until(lines: &Receiver<(LogLevel, String)>, expected: &str) -> LogLevel {
        loop {
            let (level, text) = lines.recv_timeout(Duration::from_secs(10)).expect("a line");
            if text == expected {
                return level;
            }
        }
    }

    #[test]
    fn what_the_sdk_says_reaches_the_logger() {
        let (sender, lines) = channel();
        set_logger(Arc::new(Recorder(Mutex::new(sender))));
        let error = "the disk is gone";
        tracing::warn!(target: "causerie_sdk::chat", %error, "the store failed");
        tracing::trace!(target: "causerie_sdk::chat", "too much");
        tracing::error!(target: "rustls", "somebody else's");
        tracing::debug!(target: "causerie_sdk::sync", count = 2, "asked again");
        let level = until(&lines, "the store failed error=the disk is gone");
        assert_eq!(level, LogLevel::Warning);
        let level = until(&lines, "asked again count=2");
        assert_eq!(level, LogLevel::Debug);
    }
}
