//! The list of rooms of somebody who is in very many.

use std::io;

use serde_json::{Value, json};

use super::Options;
use super::history::{each, figures};
use crate::http::graphql_request;
use crate::machine::SERVER_CORE;
use crate::report::Report;
use crate::servers::causerie::{Account, Causerie};

const ROOMS: usize = 1_000;
const PAGE: usize = 100;
/// One in so many is a direct room.
const DIRECT: usize = 10;
/// How much others say in each room.
const MESSAGES: usize = 3;

const OPEN: &str = "mutation($input: OpenDirectRoomInput!) { openDirectRoom(input: $input) { \
    room { id } userErrors { code message } } }";
const SEND: &str = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { \
    message { id } userErrors { code message } } }";
const LIST: &str = "query($after: String) { viewer { rooms(first: 100, after: $after) { \
    nodes { id kind name lastMessage { body author { displayName } } \
    membership { unread { messages mentions } } otherUser { presence { state lastSeenAt } } } \
    pageInfo { hasNextPage endCursor } } } }";

/// What a request costs that asks the database for nothing but the reader's session.
const ROUND_TRIP: &str = "{ viewer { cursor } }";

pub fn run(options: &Options, requests: usize) -> io::Result<()> {
    let mut report = Report::new("rooms-list");
    for system in &options.systems {
        println!("# rooms-list: {}", system.name());
        let created = system.create()?;
        let url = created.as_ref().map(|created| created.url.as_str());
        let mut server = Causerie::start_demo(&options.causerie, url, &[SERVER_CORE])?;
        let reader = server.log_in("ada")?;
        fill(&mut server, &reader)?;
        let pages = pages(&mut server, &reader)?;
        let page = |number: usize| pages[number % pages.len()].clone();
        let pages: Vec<_> = (0..requests).map(page).collect();
        let round_trip = graphql_request(Some(&reader.token), ROUND_TRIP, &Value::Null);
        let setting = format!("{}, {PAGE} of more than {ROOMS}", system.name());
        for _ in 0..options.rounds {
            let mut ask = |request: &Vec<u8>| server.exchange(request).map(drop);
            let latencies = each(&pages, &mut ask)?;
            report.add(&setting, "causerie", &figures(latencies));
            let latencies = each(&vec![round_trip.clone(); requests], &mut ask)?;
            report.add(
                &setting,
                "causerie, { viewer { cursor } }",
                &figures(latencies),
            );
        }
    }
    report.print();
    Ok(())
}

/// Puts the reader into so many rooms, besides those of the demo, in which others say something.
fn fill(server: &mut Causerie, reader: &Account) -> io::Result<()> {
    let host = server.register("host")?;
    for number in 0..ROOMS {
        let other;
        let (sender, room) = if number % DIRECT == 0 {
            other = server.register(&format!("person-{number}"))?;
            let variables = json!({ "input": { "userId": reader.id } });
            let opened = server.ask(&other, OPEN, &variables)?;
            let id = opened["openDirectRoom"]["room"]["id"].as_str();
            (&other, id.unwrap_or_default().to_owned())
        } else {
            (&host, server.create_group(&host, &[reader])?)
        };
        for message in 0..MESSAGES {
            let body = format!("Message {message} for @ada and everybody else in room {number}");
            let variables = json!({ "input": { "roomId": room, "body": body } });
            server.ask(sender, SEND, &variables)?;
        }
    }
    Ok(())
}

/// A request for each page of the list.
fn pages(server: &mut Causerie, reader: &Account) -> io::Result<Vec<Vec<u8>>> {
    let mut pages = Vec::new();
    let mut variables = json!({ "after": null });
    loop {
        let answer = server.ask(reader, LIST, &variables)?;
        let rooms = &answer["viewer"]["rooms"];
        let nodes = rooms["nodes"].as_array().map_or(0, Vec::len);
        let has_next = rooms["pageInfo"]["hasNextPage"] == true;
        if !has_next {
            return match pages.len() * PAGE >= ROOMS {
                true => Ok(pages),
                false => Err(io::Error::other(format!("not all rooms: {answer}"))),
            };
        }
        if nodes != PAGE {
            return Err(io::Error::other(format!("not a full page: {answer}")));
        }
        pages.push(graphql_request(Some(&reader.token), LIST, &variables));
        variables = json!({ "after": rooms["pageInfo"]["endCursor"] });
    }
}
