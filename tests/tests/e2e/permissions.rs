//! Who may do what: the tables of docs/permissions.md, asked of the real server.

mod asking;
mod callers;
mod questions;
mod table;
mod world;

use causerie_tests::{Server, on_both_databases};
use serde_json::{Value, json};

use asking::ask;
use callers::Caller;
use questions::{Question, asked, is_open, question};
use table::{Row, rows};
use world::{Place, World};

const ROOTS: [&str; 4] = ["Query", "Mutation", "Subscription", "Viewer"];

async fn every_operation_has_its_row(server: &mut Server) {
    let document = "{ __schema { types { kind name interfaces { name } fields { name } } } }";
    let answer = server.ask(document, json!({})).await;
    let rows = rows();
    let has_row = |of: &str, field: &str| rows.iter().any(|row| row.of == of && row.field == field);
    let mut wrong = Vec::new();
    let mut known = Vec::new();
    for kind in answer.get::<Vec<Value>>("/__schema/types") {
        let of = kind["name"].as_str().expect("a name");
        let is_node = kind["kind"] == "OBJECT" && kind["interfaces"] == json!([{ "name": "Node" }]);
        if !is_node && !ROOTS.contains(&of) {
            continue;
        }
        for field in kind["fields"].as_array().expect("fields") {
            let field = field["name"].as_str().expect("a name");
            known.push(format!("{of}.{field}"));
            if has_row(of, field) == is_open(of, field) {
                wrong.push(format!(
                    "{of}.{field} needs a row, or to be open, and not both"
                ));
            }
        }
    }
    for row in &rows {
        let name = format!("{}.{}", row.of, row.field);
        if !known.contains(&name) || question(row.of, row.field).is_none() {
            wrong.push(format!(
                "{name} has a row, and is no field or has no question"
            ));
        }
    }
    for (of, field) in asked() {
        if !has_row(of, field) {
            wrong.push(format!("{of}.{field} has a question and no row"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn everyone_gets_what_the_tables_say(server: &mut Server) {
    let mut world = World::make(server).await;
    let mut wrong = Vec::new();
    let (changing, reading): (Vec<Row>, Vec<Row>) =
        rows().into_iter().partition(|row| row.of == "Mutation");
    // What is only read is read in the same places, and before anybody meets anybody.
    let group = world.place("a group", &Caller::ALL).await;
    let channel = world.place("a channel", &Caller::ALL).await;
    for (row, caller, answer) in cells(&reading) {
        let own = match row.about {
            about if about.ends_with("a direct room") => {
                Some(world.place(row.about, &[caller]).await)
            }
            _ => None,
        };
        let shared = if row.is_private() { &group } else { &channel };
        let place = own.as_ref().unwrap_or(shared);
        world.witness_types(place).await;
        wrong.extend(judge(&world, row, caller, answer, place).await);
    }
    // What changes something has a place of its own.
    for (row, caller, answer) in cells(&changing) {
        let place = world.place(row.about, &[caller]).await;
        let at_home = match row.field {
            "logout" | "refreshSession" | "revokeSession" => world.log_in(caller).await,
            "changePassword" | "changeUsername" | "revokeOtherSessions" | "deleteAccount" => {
                world.stand_in(caller).await
            }
            _ => None,
        };
        wrong.extend(judge(&world, row, caller, answer, &place).await);
        world.go_back(caller, at_home);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn cells(rows: &[Row]) -> impl Iterator<Item = (&Row, Caller, &'static str)> {
    rows.iter().flat_map(|row| {
        let answers = row.answers.iter();
        answers.map(move |(caller, answer)| (row, *caller, *answer))
    })
}

/// Asks one question, and says what is wrong with the answer.
async fn judge(
    world: &World<'_>,
    row: &Row,
    caller: Caller,
    expected: &str,
    place: &Place,
) -> Vec<String> {
    let cell = format!("{}.{} of {}, for {caller:?}", row.of, row.field, row.about);
    let Question { document, pointer } = question(row.of, row.field).expect("a question");
    let real = world.fill(&document, caller, row.about, place, false);
    let verdict = ask(world, caller, &real, &pointer).await;
    let mut wrong = Vec::new();
    if verdict.word != expected {
        let seen = &verdict.seen;
        wrong.push(format!("{cell}: {}, not {expected}: {seen}", verdict.word));
    }
    if verdict.is_blank() {
        let absent = world.fill(&document, caller, row.about, place, true);
        let nothing = ask(world, caller, &absent, &pointer).await;
        if nothing != verdict {
            wrong.push(format!(
                "{cell}: {verdict:?} gives away what {nothing:?} does not"
            ));
        }
    } else if row.is_private() && !caller.is_inside() {
        wrong.push(format!(
            "{cell}: {} gives away that it exists",
            verdict.word
        ));
    }
    wrong
}

on_both_databases![
    every_operation_has_its_row,
    everyone_gets_what_the_tables_say,
];
