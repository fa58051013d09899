//! What people do who keep a room, or keep others away.

use serde_json::{Value, json};

use crate::{Answer, Person, Room};

impl Person {
    pub async fn try_add_member(&self, room: &Room, person: &Person) -> Answer {
        let input = json!({ "roomId": room.id, "userId": person.id });
        self.mutate("addMember", "room { memberCount }", input)
            .await
    }

    /// Lets somebody into a room.
    pub async fn add_member(&self, room: &Room, person: &Person) {
        let answer = self.try_add_member(room, person).await;
        answer.success::<Value>("addMember", "room");
    }

    pub async fn try_remove_member(&self, room: &Room, person: &Person) -> Answer {
        let input = json!({ "roomId": room.id, "userId": person.id });
        self.mutate("removeMember", "room { memberCount }", input)
            .await
    }

    /// Puts somebody out of a room.
    pub async fn remove_member(&self, room: &Room, person: &Person) {
        let answer = self.try_remove_member(room, person).await;
        answer.success::<Value>("removeMember", "room");
    }

    pub async fn try_ban(&self, room: &Room, person: &Person, reason: &str) -> Answer {
        let input = json!({ "roomId": room.id, "userId": person.id, "reason": reason });
        self.mutate("banMember", "room { memberCount }", input)
            .await
    }

    /// Keeps somebody out of a room for good.
    pub async fn ban(&self, room: &Room, person: &Person) {
        let answer = self.try_ban(room, person, "").await;
        answer.success::<Value>("banMember", "room");
    }

    pub async fn try_mute(&self, room: &Room, person: &Person, until: Option<&str>) -> Answer {
        let input = json!({
            "roomId": room.id, "userId": person.id, "until": until, "reason": "Quiet, please",
        });
        self.mutate("muteMember", "room { id }", input).await
    }

    /// Keeps somebody from writing in a room, for longer than any test.
    pub async fn mute(&self, room: &Room, person: &Person) {
        let answer = self
            .try_mute(room, person, Some("2999-01-01T00:00:00Z"))
            .await;
        answer.success::<Value>("muteMember", "room");
    }

    /// Makes a code that lets people in.
    pub async fn invite(&self, room: &Room) -> String {
        let input = json!({ "roomId": room.id });
        let answer = self.mutate("createInvite", "invite { code }", input).await;
        answer.success("createInvite", "invite/code")
    }

    pub async fn try_block(&self, user_id: &str) -> Answer {
        self.mutate("blockUser", "", json!({ "userId": user_id }))
            .await
    }

    /// Wants nothing to do with somebody.
    pub async fn block(&self, person: &Person) {
        let answer = self.try_block(&person.id).await;
        answer.success::<Value>("blockUser", "");
    }

    /// Wants to do with them again.
    pub async fn unblock(&self, person: &Person) {
        let input = json!({ "userId": person.id });
        self.done("unblockUser", input).await;
    }

    pub async fn try_set_role(&self, room: &Room, person: &Person, role: &str) -> Answer {
        let input = json!({ "roomId": room.id, "userId": person.id, "role": role });
        self.mutate("setMemberRole", "room { id }", input).await
    }

    /// Makes somebody the `OWNER`, an `ADMIN` or a `MEMBER` of a room.
    pub async fn set_role(&self, room: &Room, person: &Person, role: &str) {
        let answer = self.try_set_role(room, person, role).await;
        answer.success::<Value>("setMemberRole", "room");
    }
}
