//! What must be true once everything has come to rest.

mod kept;
mod said;
mod shown;

use super::world::World;

type Verdict = Result<(), String>;

fn equal<T: PartialEq + std::fmt::Debug>(what: impl Fn() -> String, is: T, should: T) -> Verdict {
    match is == should {
        true => Ok(()),
        false => Err(format!("{}\n  is     {is:?}\n  should {should:?}", what())),
    }
}

impl World {
    pub(super) fn check(&mut self) -> Verdict {
        for device in &mut self.devices {
            let app = device.app.as_mut().ok_or("an app does not run")?;
            app.follow();
        }
        self.check_what_was_typed()?;
        self.check_order()?;
        self.check_last_words()?;
        self.check_deleted()?;
        for device in 0..self.devices.len() {
            self.check_outbox(device)?;
            self.check_rooms(device)?;
            self.check_room_list(device)?;
            self.check_store(device)?;
            let app = self.devices[device].app.as_ref().expect("an app");
            for open in &app.timelines {
                self.check_timeline(device, open)?;
            }
        }
        Ok(())
    }
}

fn reactions_of(message: &super::server::Message, user: usize) -> Vec<(&str, u64, bool)> {
    let reactions = message.reactions.iter();
    reactions
        .map(|(emoji, users)| (emoji.as_str(), users.len() as u64, users.contains(&user)))
        .collect()
}
