//! Lives that ended badly once, each for a bug that was in the core. A seed leads through another life when anything
//! changes about what the simulator draws, and then a new one is to be found: put the bug back, and run
//! `cargo test -p causerie-sdk --lib -- --ignored whatever_happens_at_length`, which names the seeds that end badly.

use super::check;

macro_rules! seeds {
    ($($name:ident: $seed:literal, $bug:literal;)+) => {$(
        #[doc = $bug]
        #[test]
        fn $name() {
            check($seed);
        }
    )+};
}

seeds! {
    after_a_kill_it_is_known_what_was_tried: 29, "After a kill it was not known that a message had been tried, and it was sent changed under the same key.";
    what_is_missing_waits_for_a_cursor: 7, "What was missing of a timeline woke a device that had nothing to go on from, again and again.";
    an_overview_that_fails_is_asked_for_again: 2, "An overview that was not answered was not asked for again.";
    what_is_older_is_asked_for_to_the_beginning: 2, "A page of what is older was taken for one that brings nothing, and no more was asked for.";
    a_change_beyond_a_gap_is_over_when_it_is_answered: 71, "What was done to a message beyond a gap waited for an event for ever.";
    a_day_that_comes_again_has_a_line_of_its_own: 216, "A day that came again, where a clock was set back, stood there twice under one key.";
    an_older_answer_does_not_change_a_message_back: 303, "An answer that was older than an event took back what that had told of a message.";
    an_older_answer_does_not_change_a_room_back: 74, "An answer that was older than an event took back what that had told of a room.";
    an_older_answer_does_not_change_a_thread_back: 12, "An answer that was older than an event took back how many replies a message has.";
    what_is_refused_is_so_in_the_list_of_rooms: 28, "What was refused stood in the list of rooms as if it were on its way.";
    a_thread_is_asked_about_after_a_kill: 170, "That a thread was to be asked about was forgotten by a kill.";
    a_thread_is_gone_through_from_its_end: 167, "Of a thread whose end was kept, nothing older was asked for.";
    whoever_is_on_the_screen_is_called_by_their_new_name: 153, "What was on the screen did not follow when somebody was called otherwise.";
    what_is_pinned_is_asked_about: 4, "That a room had changed did not lead to the question what is pinned there.";
    what_is_pinned_is_asked_about_after_a_kill: 373, "That it was to be asked what is pinned was forgotten by a kill.";
    what_is_rescued_belongs_to_somebody: 39, "What was rescued from a damaged file belonged to nobody, and was thrown away.";
    what_is_said_late_is_not_the_last_word: 1340, "A draft that the network brought late took the place of a newer one.";
    what_comes_a_second_time_is_deleted: 9551, "What was deleted while it was refused came all the same, by an attempt that the network brought twice.";
    a_deletion_is_kept_before_what_it_deletes_is_gone: 3800, "A kill in the middle of deleting what had been tried left neither the message nor that it was deleted.";
}
