//! What is done when the app says that the network is back, whatever was under way.

use super::*;
use crate::live::Failure;
use crate::store::{Location, Store};
use crate::sync::{Core, Effect, Moment};
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn at(seconds: u64) -> Moment {
    Moment {
        since_start: Duration::from_secs(seconds),
        wall: Timestamp::UNIX_EPOCH,
    }
}

/// A core that knows where the log stood.
fn core() -> Core {
    let mut store = Store::open(&Location::Memory).expect("a store");
    let written = store.write(|rows| {
        rows.set_viewer(&"usr_1".into())?;
        rows.set_cursor(&"c1".into())
    });
    written.expect("written");
    Core::new(store, "usr_1".into(), TimeZone::UTC, 1).expect("a core")
}

/// What the core says that is to be done, states apart.
fn done(core: &mut Core, input: Input, seconds: u64) -> Vec<String> {
    let effects = core.handle(input, at(seconds)).expect("handled");
    let named = effects.iter().filter_map(|effect| match effect {
        Effect::Connect { .. } => Some("connect".to_owned()),
        Effect::Disconnect => Some("disconnect".to_owned()),
        Effect::Probe => Some("probe".to_owned()),
        Effect::Call(id, _) => Some(format!("{id:?}")),
        Effect::State(_)
        | Effect::WatchTyping(_)
        | Effect::UnwatchTyping(_)
        | Effect::Watch(..)
        | Effect::Unwatch(..) => None,
    });
    named.collect()
}

#[test]
fn a_connection_that_stands_is_doubted_until_it_answers() {
    let mut core = core();
    done(&mut core, Input::Start, 0);
    assert_eq!(done(&mut core, Input::Opened, 1), [""; 0]);
    assert_eq!(done(&mut core, Input::Hurry, 1), ["probe"]);
    assert!(core.link.is_doubted);
    done(&mut core, Input::Alive, 2);
    assert!(!core.link.is_doubted);
    done(&mut core, Input::Hurry, 2);
    let silent = Failure::Completed;
    done(&mut core, Input::Failed(silent), 6);
    assert!(!core.link.is_doubted, "there is none any more");
    assert!(done(&mut core, Input::Hurry, 6).contains(&"connect".to_owned()));
}

#[test]
fn what_was_begun_before_is_begun_anew_and_what_was_begun_just_now_is_not() {
    let mut core = core();
    let begun = done(&mut core, Input::Start, 10);
    assert_eq!(begun, ["connect", "CallId(0)"]);
    assert_eq!(done(&mut core, Input::Hurry, 11), [""; 0]);
    assert_eq!(done(&mut core, Input::Hurry, 12), ["CallId(0)", "connect"]);
    assert_eq!(done(&mut core, Input::BeginSync, 13), [""; 0]);
    assert_eq!(
        done(&mut core, Input::BeginSync, 14),
        ["CallId(0)", "connect"]
    );
}
