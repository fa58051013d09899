//! What goes wrong without anybody to tell it to: panics, and listeners that throw.

use crate::errors::CallbackError;
use std::io::Write;
use std::sync::{Arc, Once, OnceLock};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// Something went wrong and was survived.
    Warning,
    /// A fault of the library.
    Error,
}

/// Where the library's log goes. Called from any thread.
#[uniffi::export(foreign)]
pub trait Logger: Send + Sync {
    /// Takes one line.
    fn log(&self, level: LogLevel, text: String) -> Result<(), CallbackError>;
}

static LOGGER: OnceLock<Arc<dyn Logger>> = OnceLock::new();

/// Sends the library's log to the app's own. The first logger stays; without one, the log goes to standard error.
#[uniffi::export]
pub fn set_logger(logger: Arc<dyn Logger>) {
    let _ = LOGGER.set(logger);
    log_panics();
}

pub(crate) fn log(level: LogLevel, text: String) {
    match LOGGER.get() {
        // A logger that fails leaves nowhere to say so.
        Some(logger) => drop(logger.log(level, text)),
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
