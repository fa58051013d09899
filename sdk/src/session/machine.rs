//! Which token to use, and when to refresh: state and input in, a decision out. No clock, no socket, no store.

use super::{Grant, Session};
use crate::User;
use jiff::{SignedDuration, Timestamp};

/// A token this close to its end is replaced before use, so that it does not expire on its way.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// Holds the session, and counts in `epoch` how often it became another, or none, so that what was begun in one session
/// is never applied to another.
#[derive(Default)]
pub(super) struct Machine {
    session: Option<Session>,
    epoch: u64,
}

/// What to do to get a usable access token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Use(String),
    /// Save `session` (it carries the attempt id) *before* asking the server.
    Refresh {
        session: Box<Session>,
        refresh_token: String,
        attempt_id: String,
        epoch: u64,
    },
    SignedOut,
}

/// How asking the server for a refresh ended.
pub(super) enum Outcome {
    Granted(Grant),
    /// The server says that the session is over.
    Refused,
    /// No answer, or none that says anything about the session.
    Unknown,
}

/// What the store must do now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Save(Box<Session>),
    Clear,
    Nothing,
}

impl Machine {
    pub(super) fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn sign_in(&mut self, session: Session) {
        let known = self.session.as_ref();
        if known.is_none_or(|known| known.id != session.id) {
            self.epoch += 1;
        }
        self.session = Some(session);
    }

    /// Takes what a store has of the session in use when it is newer, or knows of a refresh under way; whether it is that
    /// session's.
    pub(super) fn learn(&mut self, kept: &Session) -> bool {
        let Some(session) = self.session.as_mut().filter(|known| known.id == kept.id) else {
            return false;
        };
        let is_newer = kept.grant.expires_at > session.grant.expires_at;
        if is_newer || (kept.grant == session.grant && kept.pending_attempt.is_some()) {
            session.clone_from(kept);
        }
        true
    }

    pub(super) fn forget(&mut self) {
        if self.session.take().is_some() {
            self.epoch += 1;
        }
    }

    /// The person is called differently. It is the same session: what is under way in it goes on.
    pub(super) fn rename(&mut self, user: &User) -> Effect {
        match &mut self.session {
            Some(session) if session.user_id == user.id => {
                session.username.clone_from(&user.username);
                Effect::Save(Box::new(session.clone()))
            }
            _ => Effect::Nothing,
        }
    }

    /// `now` is the server's time as far as it is known; `rejected` is a token that the server has just refused;
    /// `fresh_id` is used when no earlier refresh is still unanswered.
    pub(super) fn token(
        &mut self,
        now: Timestamp,
        rejected: Option<&str>,
        fresh_id: String,
    ) -> Decision {
        let Some(session) = &mut self.session else {
            return Decision::SignedOut;
        };
        let refused = rejected == Some(session.grant.access_token.as_str());
        let ending = session.grant.expires_at.duration_since(now) < MARGIN;
        if !refused && !ending {
            return Decision::Use(session.grant.access_token.clone());
        }
        let attempt_id = session.pending_attempt.get_or_insert(fresh_id).clone();
        Decision::Refresh {
            session: Box::new(session.clone()),
            refresh_token: session.grant.refresh_token.clone(),
            attempt_id,
            epoch: self.epoch,
        }
    }

    /// Takes in the end of a refresh that was decided in `epoch`.
    pub(super) fn refreshed(&mut self, epoch: u64, outcome: Outcome) -> Effect {
        if epoch != self.epoch {
            return Effect::Nothing;
        }
        let Some(session) = &mut self.session else {
            return Effect::Nothing;
        };
        match outcome {
            Outcome::Granted(grant) => {
                session.grant = grant;
                session.pending_attempt = None;
                Effect::Save(Box::new(session.clone()))
            }
            Outcome::Refused => {
                self.forget();
                Effect::Clear
            }
            Outcome::Unknown => Effect::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn grant(name: &str, expires: i64) -> Grant {
        Grant {
            access_token: format!("{name}-access"),
            expires_at: at(expires),
            refresh_token: format!("{name}-refresh"),
        }
    }

    fn signed_in(expires: i64) -> Machine {
        let user = User {
            id: "usr_1".into(),
            username: "alice".into(),
            display_name: "Alice".into(),
            is_deleted: false,
            created_at: at(0),
        };
        let mut machine = Machine::default();
        machine.sign_in(Session::new("ses_1".into(), &user, grant("first", expires)));
        machine
    }

    /// The refresh token, attempt id and epoch of a decision to refresh.
    fn refresh(decision: Decision) -> (String, String, u64) {
        match decision {
            Decision::Refresh {
                session,
                refresh_token,
                attempt_id,
                epoch,
            } => {
                assert_eq!(
                    session.pending_attempt.as_deref(),
                    Some(attempt_id.as_str()),
                    "saved before it is used"
                );
                (refresh_token, attempt_id, epoch)
            }
            other => panic!("expected a refresh, got {other:?}"),
        }
    }

    #[test]
    fn without_a_session_there_is_no_token() {
        assert_eq!(
            Machine::default().token(at(0), None, "a".into()),
            Decision::SignedOut
        );
    }

    #[test]
    fn a_token_is_used_until_it_is_about_to_end() {
        let mut machine = signed_in(600);
        assert_eq!(
            machine.token(at(0), None, "a".into()),
            Decision::Use("first-access".into())
        );
        assert_eq!(
            machine.token(at(540), None, "a".into()),
            Decision::Use("first-access".into())
        );
        refresh(machine.token(at(541), None, "a".into()));
    }

    #[test]
    fn only_the_current_token_being_refused_causes_a_refresh() {
        let mut machine = signed_in(600);
        assert_eq!(
            machine.token(at(0), Some("older"), "a".into()),
            Decision::Use("first-access".into())
        );
        refresh(machine.token(at(0), Some("first-access"), "a".into()));
    }

    #[test]
    fn an_unanswered_refresh_is_repeated_under_the_same_id() {
        let mut machine = signed_in(0);
        let (token, id, epoch) = refresh(machine.token(at(0), None, "one".into()));
        assert_eq!((token.as_str(), id.as_str()), ("first-refresh", "one"));
        assert_eq!(machine.refreshed(epoch, Outcome::Unknown), Effect::Nothing);
        assert_eq!(refresh(machine.token(at(0), None, "two".into())).1, "one");
    }

    #[test]
    fn an_unanswered_refresh_survives_a_restart_of_the_app() {
        let mut machine = signed_in(0);
        refresh(machine.token(at(0), None, "one".into()));
        let kept =
            serde_json::to_string(machine.session().expect("signed in")).expect("serializes");
        let mut restarted = Machine::default();
        restarted.sign_in(serde_json::from_str(&kept).expect("deserializes"));
        assert_eq!(refresh(restarted.token(at(0), None, "two".into())).1, "one");
    }

    #[test]
    fn a_granted_refresh_is_saved_and_the_next_gets_a_new_id() {
        let mut machine = signed_in(0);
        let (_, _, epoch) = refresh(machine.token(at(0), None, "one".into()));
        let Effect::Save(saved) = machine.refreshed(epoch, Outcome::Granted(grant("second", 600)))
        else {
            panic!("a new grant must be saved");
        };
        assert_eq!(saved.pending_attempt, None);
        assert_eq!(
            machine.token(at(0), None, "x".into()),
            Decision::Use("second-access".into())
        );
        let (token, id, _) = refresh(machine.token(at(600), None, "two".into()));
        assert_eq!((token.as_str(), id.as_str()), ("second-refresh", "two"));
    }

    #[test]
    fn a_refused_refresh_signs_out() {
        let mut machine = signed_in(0);
        let (_, _, epoch) = refresh(machine.token(at(0), None, "one".into()));
        assert_eq!(machine.refreshed(epoch, Outcome::Refused), Effect::Clear);
        assert_eq!(
            machine.token(at(0), None, "two".into()),
            Decision::SignedOut
        );
        assert_ne!(machine.epoch(), epoch);
    }

    #[test]
    fn the_end_of_a_refresh_from_an_earlier_session_changes_nothing() {
        let mut machine = signed_in(0);
        let (_, _, epoch) = refresh(machine.token(at(0), None, "one".into()));
        let mut next = signed_in(600).session().expect("signed in").clone();
        next.id = "ses_2".into();
        machine.sign_in(next);
        assert_eq!(machine.refreshed(epoch, Outcome::Refused), Effect::Nothing);
        assert_eq!(
            machine.token(at(0), None, "two".into()),
            Decision::Use("first-access".into())
        );
    }

    #[test]
    fn what_another_client_of_the_store_has_refreshed_is_not_refreshed_again() {
        let mut machine = signed_in(0);
        let mut other = signed_in(0);
        let (_, id, epoch) = refresh(other.token(at(0), None, "theirs".into()));
        machine.learn(other.session().expect("signed in"));
        let ours = refresh(machine.token(at(0), None, "ours".into())).1;
        assert_eq!(ours, id, "the same attempt");
        other.refreshed(epoch, Outcome::Granted(grant("second", 600)));
        let before = machine.session().cloned().expect("signed in");
        assert!(machine.learn(other.session().expect("signed in")));
        let second = Decision::Use("second-access".into());
        assert_eq!(machine.token(at(0), None, "b".into()), second);
        assert!(machine.learn(&before));
        assert_eq!(machine.token(at(0), None, "c".into()), second);
        let mut another = before;
        another.id = "ses_2".into();
        assert!(!machine.learn(&another));
    }

    #[test]
    fn the_same_session_again_is_no_other_one() {
        let mut machine = signed_in(600);
        let (session, epoch) = (machine.session().cloned(), machine.epoch());
        machine.sign_in(session.expect("signed in"));
        assert_eq!(machine.epoch(), epoch);
    }

    #[test]
    fn a_session_does_not_show_its_tokens_in_logs() {
        let machine = signed_in(0);
        let shown = format!("{:?}", machine.session());
        assert!(
            shown.contains("alice") && !shown.contains("first-"),
            "{shown}"
        );
    }
}
