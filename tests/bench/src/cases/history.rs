//! Pages of history from all over a long one.

use std::io;

use serde_json::{Value, json};

use super::Options;
use crate::bare::Bare;
use crate::http::graphql_request;
use crate::machine::{SERVER_CORE, now};
use crate::report::{Report, percentile};
use crate::servers::causerie::{Account, Causerie};

const MESSAGES: usize = 1_000_000;
const PAGE: i64 = 50;
const AUTHORS: usize = 10;
const BARE: &str = "bare query";
pub(super) const MEDIAN: &str = "p50, ms";

/// What a request costs that asks the database for nothing but the reader's session.
const ROUND_TRIP: &str = "causerie, { viewer { cursor } }";

const AROUND: &str = "query($room: ID!, $around: ID!) { room(id: $room) { \
    messages(around: $around, first: 1) { pageInfo { startCursor } } } }";
const PAGE_BEFORE: &str = "query($room: ID!, $before: String) { room(id: $room) { \
    messages(last: 50, before: $before) { nodes { id seq body sentAt author { id displayName } } \
    pageInfo { hasPreviousPage startCursor } } } }";

pub fn run(options: &Options, pages: usize) -> io::Result<()> {
    let mut report = Report::new("history");
    for system in &options.systems {
        println!("# history: {}", system.name());
        let created = system.create()?;
        let url = created.as_ref().map(|created| created.url.as_str());
        let mut server = Causerie::start(&options.causerie, url, &[SERVER_CORE])?;
        let names = (0..AUTHORS).map(|number| format!("person-{number}"));
        let authors = names.map(|name| server.register(&name));
        let authors = authors.collect::<io::Result<Vec<_>>>()?;
        let room = server.create_room(&authors)?;
        Bare::fill(&server, created.as_ref(), MESSAGES)?;
        let mut bare = Bare::open(&server, created.as_ref())?;
        let setting = format!("{}, {PAGE} of {MESSAGES}", system.name());
        let places = places(pages);
        let requests = requests(&mut server, &authors[0], &room, &places)?;
        let round_trip = graphql_request(
            Some(&authors[0].token),
            "{ viewer { cursor } }",
            &Value::Null,
        );
        for _ in 0..options.rounds {
            let mut ask = |request: &Vec<u8>| server.exchange(request).map(drop);
            let latencies = each(&requests, &mut ask)?;
            report.add(&setting, "causerie", &figures(latencies));
            let latencies = each(&vec![round_trip.clone(); pages], &mut ask)?;
            report.add(&setting, ROUND_TRIP, &figures(latencies));
            let latencies = each(&places, |seq| bare.page(*seq, PAGE).map(drop))?;
            report.add(&setting, BARE, &figures(latencies));
        }
    }
    report.relate("× bare", MEDIAN, BARE);
    report.print();
    Ok(())
}

/// Values of `seq` from all over the history, in no order.
fn places(count: usize) -> Vec<i64> {
    const STEP: usize = 618_033;
    let place = |index: usize| (index + 1) * STEP % (MESSAGES - 1000) + 1000;
    (0..count).map(|index| place(index) as i64).collect()
}

/// A request for the page before each place.
fn requests(
    server: &mut Causerie,
    reader: &Account,
    room: &str,
    places: &[i64],
) -> io::Result<Vec<Vec<u8>>> {
    let mut requests = Vec::new();
    for seq in places {
        let variables = json!({ "room": room, "around": message_id(*seq) });
        let answer = server.ask(reader, AROUND, &variables)?;
        let cursor = &answer["room"]["messages"]["pageInfo"]["startCursor"];
        let variables = json!({ "room": room, "before": cursor });
        let page = server.ask(reader, PAGE_BEFORE, &variables)?;
        let nodes = page["room"]["messages"]["nodes"].as_array();
        let last = nodes.and_then(|nodes| nodes.last());
        if last.and_then(|last| last["seq"].as_i64()) != Some(seq - 1) {
            return Err(io::Error::other(format!(
                "not the page before {seq}: {page}"
            )));
        }
        requests.push(graphql_request(
            Some(&reader.token),
            PAGE_BEFORE,
            &variables,
        ));
    }
    Ok(requests)
}

/// The id of the message with this `seq`, which is all that its UUID was filled with.
fn message_id(seq: i64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digits = (0..26).rev().map(|place| {
        let shifted = u128::from(seq.unsigned_abs()) >> (5 * place);
        char::from(ALPHABET[(shifted & 31) as usize])
    });
    format!("msg_{}", digits.collect::<String>())
}

/// How long each takes, in microseconds.
pub(super) fn each<T>(
    items: &[T],
    mut act: impl FnMut(&T) -> io::Result<()>,
) -> io::Result<Vec<u32>> {
    let mut latencies = Vec::new();
    for item in items {
        let start = now();
        act(item)?;
        latencies.push(start.elapsed().as_micros() as u32);
    }
    Ok(latencies)
}

pub(super) fn figures(mut latencies: Vec<u32>) -> [(&'static str, f64); 2] {
    [
        (MEDIAN, percentile(&mut latencies, 0.5)),
        ("p99, ms", percentile(&mut latencies, 0.99)),
    ]
}
