//! What people do with rooms.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Answer, Person};

const ROOM: &str = "id kind name memberCount";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub member_count: i32,
}

impl Person {
    pub async fn try_create_room(&self, input: Value) -> Answer {
        self.mutate("createRoom", &format!("room {{ {ROOM} }}"), input)
            .await
    }

    pub async fn create_channel(&self, name: &str) -> Room {
        let answer = self
            .try_create_room(json!({ "kind": "CHANNEL", "name": name }))
            .await;
        answer.success("createRoom", "room")
    }

    pub async fn create_group(&self, name: &str, members: &[&Person]) -> Room {
        let members: Vec<&str> = members.iter().map(|person| person.id.as_str()).collect();
        let input = json!({ "kind": "GROUP", "name": name, "memberIds": members });
        self.try_create_room(input)
            .await
            .success("createRoom", "room")
    }

    pub async fn try_open_direct_room(&self, user_id: &str) -> Answer {
        let input = json!({ "userId": user_id });
        self.mutate("openDirectRoom", &format!("room {{ {ROOM} }}"), input)
            .await
    }

    pub async fn open_direct_room(&self, other: &Person) -> Room {
        let answer = self.try_open_direct_room(&other.id).await;
        answer.success("openDirectRoom", "room")
    }

    pub async fn try_join(&self, input: Value) -> Answer {
        self.mutate("joinRoom", &format!("room {{ {ROOM} }}"), input)
            .await
    }

    pub async fn join(&self, room: &Room) -> Room {
        let answer = self.try_join(json!({ "roomId": room.id })).await;
        answer.success("joinRoom", "room")
    }

    pub async fn try_leave(&self, room: &Room) -> Answer {
        let fields = format!("room {{ {ROOM} }}");
        self.mutate("leaveRoom", &fields, json!({ "roomId": room.id }))
            .await
    }

    pub async fn leave(&self, room: &Room) {
        let answer = self.try_leave(room).await;
        answer.success::<Value>("leaveRoom", "userErrors");
    }

    /// The room as this person sees it.
    pub async fn see_room(&self, id: &str) -> Option<Room> {
        let document = format!("query ($id: ID!) {{ room(id: $id) {{ {ROOM} }} }}");
        self.ask(&document, json!({ "id": id })).await.get("/room")
    }

    pub async fn try_update_room(&self, room: &Room, changes: Value) -> Answer {
        let mut input = changes;
        input["roomId"] = json!(room.id);
        self.mutate("updateRoom", &format!("room {{ {ROOM} }}"), input)
            .await
    }

    pub async fn update_room(&self, room: &Room, changes: Value) -> Room {
        let answer = self.try_update_room(room, changes).await;
        answer.success("updateRoom", "room")
    }
}
