//! What people say of themselves, and how others find them.

use causerie_tests::{Answer, Person, Server, on_both_databases};
use serde_json::{Value, json};

const LONG: &str = "2999-01-01T00:00:00.000Z";

async fn update(person: &Person, input: Value) -> Answer {
    let fields = "user { bio status { text emoji expiresAt } }";
    person.mutate("updateProfile", fields, input).await
}

async fn updated(person: &Person, input: Value) -> Value {
    update(person, input).await.success("updateProfile", "user")
}

/// The person as somebody else sees them.
async fn seen(by: &Person, person: &Person) -> Value {
    let document = "query ($id: ID) { user(id: $id) { bio status { text emoji expiresAt } } }";
    by.ask(document, json!({ "id": person.id }))
        .await
        .get("/user")
}

async fn what_is_left_out_stays_and_null_takes_away(server: &mut Server) {
    let [alice, bob] = server.people(["alice", "bob"]).await;
    let bio = json!({ "bio": " Curious.\nAnd curiouser! " });
    let status = json!({ "text": " Tea ", "emoji": "❤", "expiresAt": LONG });
    updated(&alice, bio).await;
    let told = updated(&alice, json!({ "status": status })).await;
    let expected = json!({
        "bio": "Curious.\nAnd curiouser!",
        "status": { "text": "Tea", "emoji": "❤️", "expiresAt": LONG },
    });
    assert_eq!(told, expected);
    assert_eq!(updated(&alice, json!({})).await, expected);
    assert_eq!(seen(&bob, &alice).await, expected);
    let other = json!({ "text": "Cricket" });
    let told = updated(&alice, json!({ "status": other, "bio": null })).await;
    let status = json!({ "text": "Cricket", "emoji": null, "expiresAt": null });
    assert_eq!(told, json!({ "bio": null, "status": status }));
    let told = updated(&alice, json!({ "status": null })).await;
    assert_eq!(told, json!({ "bio": null, "status": null }));
}

async fn everyone_around_hears_of_it(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "bob", "carol"]).await;
    let rooms = [
        alice.create_channel("tea").await,
        alice.open_direct_room(&bob).await,
    ];
    bob.join(&rooms[0]).await;
    let elsewhere = carol.create_channel("milk").await;
    let fields = "{ events { __typename room { id } ... on MemberChanged {
        member { user { username displayName status { text } } } } } live }";
    let rest = format!("(after: {:?}) {fields}", bob.cursor().await);
    let mut bobs = bob.follow("events", &rest).await;
    let mut carols = carol.follow("events", &rest).await;
    let changes = json!({ "displayName": "Alice", "status": { "text": "Tea" } });
    updated(&alice, changes).await;
    let input = json!({ "username": "liddell" });
    let answer = alice.mutate("changeUsername", "user { username }", input);
    let name: String = answer.await.success("changeUsername", "user/username");
    carol.send(&elsewhere, "hello").await;
    let mut heard = Vec::new();
    while heard.len() < 4 {
        let batch = bobs.next().await;
        heard.extend(batch["events"].as_array().expect("events").iter().cloned());
    }
    let told = |event: &Value| event["room"]["id"].as_str().expect("an id").to_owned();
    for changed in heard.chunks(2) {
        let mut told: Vec<String> = changed.iter().map(told).collect();
        let mut expected = rooms.clone().map(|room| room.id);
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
        for event in changed {
            let user = &event["member"]["user"];
            assert_eq!(user["displayName"], "Alice");
            assert_eq!(user["status"]["text"], "Tea");
        }
    }
    assert_eq!(heard[3]["member"]["user"]["username"], name);
    let first = carols.until(|batch| batch["events"] != json!([])).await;
    assert_eq!(first["events"][0]["__typename"], "MessageSent");
}

async fn profiles_have_their_limits(server: &mut Server) {
    let alice = server.register("alice").await;
    let status = |text: &str| json!({ "status": { "text": text } });
    let cases = [
        (json!({ "bio": "é".repeat(501) }), vec!["bio"]),
        (json!({ "bio": "a\u{7}" }), vec!["bio"]),
        (status(&"é".repeat(101)), vec!["status", "text"]),
        (status("a\nb"), vec!["status", "text"]),
        (status(" "), vec!["status", "text"]),
        (
            json!({ "status": { "text": "a", "emoji": "tea" } }),
            vec!["status", "emoji"],
        ),
        (
            json!({ "status": { "text": "a", "expiresAt": "2001-01-01T00:00:00Z" } }),
            vec!["status", "expiresAt"],
        ),
    ];
    for (input, field) in cases {
        let refusal = update(&alice, input.clone()).await;
        let refusal = refusal.refusal("updateProfile");
        assert_eq!(refusal.code, "INVALID", "{input}");
        let field: Vec<String> = field.into_iter().map(str::to_owned).collect();
        assert_eq!(refusal.field, Some(field), "{input}");
    }
    updated(&alice, json!({ "bio": "é".repeat(500) })).await;
    updated(&alice, status(&"é".repeat(100))).await;
}

async fn found(by: &Person, query: &str) -> Vec<String> {
    let document = "query ($query: String!) { users(query: $query) { nodes { username } } }";
    let answer = by.ask(document, json!({ "query": query })).await;
    let found: Vec<Value> = answer.get("/users/nodes");
    let username = |user: &Value| user["username"].as_str().expect("a name").to_owned();
    found.iter().map(username).collect()
}

async fn people_are_found_by_the_words_of_their_names(server: &mut Server) {
    let [alice, bob, carol] = server.people(["alice", "mad.hatter", "x-50_off"]).await;
    updated(&alice, json!({ "displayName": "Élise LIDDELL-Hargreaves" })).await;
    updated(&bob, json!({ "displayName": "Lewis Carroll" })).await;
    for (query, expected) in [
        ("ali", vec!["alice"]),
        ("@Alice", vec!["alice"]),
        ("e\u{301}lise", vec!["alice"]),
        ("lid ÉL", vec!["alice"]),
        ("harg", vec!["alice"]),
        ("l", vec!["alice", "mad.hatter"]),
        ("l  carr", vec!["mad.hatter"]),
        ("mad.hat", vec!["mad.hatter"]),
        ("hatter carroll lewis", vec!["mad.hatter"]),
        ("50", vec!["x-50_off"]),
        ("%", vec![]),
        ("_", vec![]),
        ("", vec![]),
        ("lice", vec![]),
        ("ali nobody", vec![]),
        ("a\u{0}", vec![]),
        ("a b c d e f g h i", vec![]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(found(&carol, query).await, expected, "{query:?}");
    }
    // Who is called otherwise is found otherwise.
    updated(&alice, json!({ "displayName": "Queen" })).await;
    assert!(found(&bob, "liddell").await.is_empty());
    assert_eq!(found(&bob, "que ali").await, ["alice"]);
    let input = json!({ "username": "reine" });
    let renamed = bob.mutate("changeUsername", "user { id }", input).await;
    renamed.success::<Value>("changeUsername", "user");
    assert!(found(&bob, "hatter").await.is_empty());
    assert_eq!(found(&bob, "re lew").await, ["reine"]);
}

async fn people_come_in_pages(server: &mut Server) {
    let alice = server.register("alice").await;
    for number in 0..5 {
        server.register(&format!("person{number}")).await;
    }
    let document = "query ($after: String) {
        users(query: \"person\", first: 2, after: $after) {
            nodes { username } pageInfo { hasNextPage endCursor }
        }
    }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = alice.ask(document, json!({ "after": after })).await;
        let page: Value = answer.get("/users");
        let nodes = page["nodes"].as_array().expect("nodes").clone();
        seen.extend(nodes.into_iter().map(|node| node["username"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let all: Vec<_> = (0..5)
        .map(|number| json!(format!("person{number}")))
        .collect();
    assert_eq!(seen, all);
}

on_both_databases![
    people_are_found_by_the_words_of_their_names,
    people_come_in_pages,
    what_is_left_out_stays_and_null_takes_away,
    everyone_around_hears_of_it,
    profiles_have_their_limits,
];
