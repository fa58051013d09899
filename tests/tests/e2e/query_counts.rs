//! What answers and events cost the database: the same number of queries, however long the lists are.

mod events;
mod lists;

use causerie_tests::{Person, Server, on_both_databases};
use serde_json::json;

async fn queries(server: &Server, person: &Person, document: &str) -> Vec<String> {
    let variables = json!({});
    let (answer, queries) = server.queries_of(person.ask(document, variables)).await;
    assert_eq!(answer.body["errors"], serde_json::Value::Null, "{document}");
    queries
}

/// More of the same asks the same, and nothing twice that could be asked once.
fn assert_flat(of: &str, few: &[String], many: &[String]) {
    let sorted = |queries: &[String]| {
        let mut sorted = queries.to_vec();
        // Between the two a login may have to be looked up again: it is believed for a minute.
        sorted.retain(|query| query != "find_session");
        sorted.sort();
        sorted
    };
    assert_eq!(sorted(many), sorted(few), "{of}");
}

async fn a_login_that_is_known(server: &mut Server) {
    let alice = server.register("alice").await;
    let document = "{ viewer { user { username } } }";
    assert_eq!(
        queries(server, &alice, document).await,
        ["find_session", "find_users"]
    );
    assert_eq!(queries(server, &alice, document).await, ["find_users"]);
}

on_both_databases![a_login_that_is_known];
