//! How the machine answers to everything that can happen to a connection.

use super::*;

const T0: Duration = Duration::ZERO;

fn closed(code: u16) -> Failure {
    Failure::Connection(Ended::Closed {
        code,
        reason: "because".to_owned(),
    })
}

fn lost() -> Failure {
    Failure::Connection(Ended::Lost {
        reason: "no network".to_owned(),
    })
}

/// The wait that a step asks for, in milliseconds; `None` for any other step.
fn wait(step: &Step) -> Option<u128> {
    match step {
        Step::Wait { delay, .. } => Some(delay.as_millis()),
        _ => None,
    }
}

#[test]
fn each_close_code_has_its_consequence() {
    let check = |code: u16, expected: fn(&Step) -> bool| {
        let step = Machine::new(None).failed(closed(code), T0, 0.0);
        assert!(expected(&step), "{code}: {step:?}");
    };
    let retries = |step: &Step| matches!(step, Step::Wait { renew: false, .. });
    let ends = |step: &Step| matches!(step, Step::Finish(Error::Protocol { .. }));
    for code in [
        1000, 1001, 1005, 1006, 1008, 1011, 1012, 1013, 4408, 4500, 4999,
    ] {
        check(code, retries);
    }
    for code in [4400, 4401, 4406, 4409, 4429] {
        check(code, ends);
    }
    check(4403, |step| *step == Step::Connect { renew: true });
}

#[test]
fn a_second_refusal_of_the_token_waits_and_renews_again() {
    let mut machine = Machine::new(None);
    assert_eq!(
        machine.failed(closed(4403), T0, 0.0),
        Step::Connect { renew: true }
    );
    assert!(matches!(
        machine.failed(closed(4403), T0, 0.0),
        Step::Wait { renew: true, .. }
    ));
    machine.opened(T0);
    assert_eq!(
        machine.failed(closed(4403), T0, 0.0),
        Step::Connect { renew: true }
    );
}

#[test]
fn an_operation_refused_as_nobodys_renews_the_token() {
    assert_eq!(
        Machine::new(None).failed(Failure::TokenRejected, T0, 0.0),
        Step::Connect { renew: true }
    );
}

#[test]
fn an_ended_session_ends_the_stream() {
    let step = Machine::new(None).failed(Failure::Failed(Error::SignedOut), T0, 0.0);
    assert_eq!(step, Step::Finish(Error::SignedOut));
}

#[test]
fn a_refusal_of_the_subscription_ends_the_stream() {
    let refusal = Error::Forbidden {
        reason: "Not a member.".to_owned(),
    };
    let step = Machine::new(None).failed(Failure::Failed(refusal.clone()), T0, 0.0);
    assert_eq!(step, Step::Finish(refusal));
}

#[test]
fn what_may_pass_is_tried_again() {
    for error in [
        Error::Network {
            reason: String::new(),
        },
        Error::Server {
            reason: String::new(),
        },
        Error::Protocol {
            reason: String::new(),
        },
        Error::SessionStore {
            reason: String::new(),
        },
        Error::DiskFull,
    ] {
        let step = Machine::new(None).failed(Failure::Failed(error.clone()), T0, 0.0);
        assert!(wait(&step).is_some(), "{error:?}: {step:?}");
    }
    assert!(wait(&Machine::new(None).failed(Failure::Completed, T0, 0.0)).is_some());
}

#[test]
fn a_rate_limit_is_waited_out() {
    let limit = Error::RateLimited {
        reason: String::new(),
        retry_after: Some(Duration::from_secs(60)),
    };
    assert_eq!(
        wait(&Machine::new(None).failed(Failure::Failed(limit), T0, 0.0)),
        Some(60_000)
    );
}

#[test]
fn an_unreadable_event_is_not_read_again_and_again() {
    let step = Machine::new(None).failed(
        Failure::Unreadable {
            reason: "odd".to_owned(),
        },
        T0,
        0.0,
    );
    assert_eq!(
        step,
        Step::Finish(Error::Protocol {
            reason: "odd".to_owned()
        })
    );
}

#[test]
fn failures_in_a_row_wait_longer_and_longer() {
    let mut machine = Machine::new(None);
    let waits: Vec<_> = (0..4)
        .map(|_| wait(&machine.failed(lost(), T0, 0.0)))
        .collect();
    assert_eq!(waits, [Some(500), Some(1000), Some(2000), Some(4000)]);
}

#[test]
fn a_server_that_takes_connections_and_drops_them_is_not_hammered() {
    let mut machine = Machine::new(None);
    let mut last = 0;
    for _ in 0..4 {
        machine.opened(T0);
        last = wait(&machine.failed(closed(1012), T0, 0.0)).expect("waits");
    }
    assert_eq!(last, 4000);
}

#[test]
fn an_event_or_a_lasting_connection_makes_the_next_failure_the_first() {
    let mut machine = Machine::new(None);
    machine.failed(lost(), T0, 0.0);
    machine.failed(lost(), T0, 0.0);
    machine.opened(T0);
    machine.received("c1".into());
    assert_eq!(wait(&machine.failed(lost(), T0, 0.0)), Some(500));
    assert_eq!(wait(&machine.failed(lost(), T0, 0.0)), Some(1000));
    machine.opened(T0);
    assert_eq!(wait(&machine.failed(lost(), STABLE, 0.0)), Some(500));
}

#[test]
fn it_resumes_from_the_last_event_whatever_happens_in_between() {
    let mut machine = Machine::new(None);
    assert_eq!(machine.cursor(), None);
    machine.positioned("c0".into());
    machine.failed(lost(), T0, 0.0);
    assert_eq!(machine.cursor(), Some(&"c0".into()));
    machine.opened(T0);
    machine.received("c7".into());
    machine.failed(closed(4403), T0, 0.0);
    machine.failed(lost(), T0, 0.0);
    assert_eq!(machine.cursor(), Some(&"c7".into()));
}
