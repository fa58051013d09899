//! Random people talk, come and go, all at once, while their devices read slowly, lose their
//! connections and come back. In the end each device must know, from its subscription alone, what
//! a fresh query says; and each must have heard of everything once, in order, and of nothing that
//! was said while its person was not there.

mod device;
mod log;
mod play;
mod script;
mod state;

use std::sync::Arc;

use causerie_tests::{Person, Server, on_both_databases, random_cases};
use device::{Asks, Device};
use futures_util::future::{join_all, join3};
use log::{Heard, Log};
use play::{Crowd, Play, Wires};
use script::{DEVICES, PEOPLE, Script, scripts};
use serde_json::{Value, json};
use state::{Known, fetch, fetch_scheduled, unread};
use tokio::sync::{Barrier, mpsc};

use crate::random::for_random;

const CASES: u32 = 6;

async fn clients_converge(server: &mut Server) {
    let server = &*server;
    for_random(random_cases(CASES), scripts(), async |script| {
        play(&[server], &script).await;
    });
}

async fn clients_of_two_servers_converge(server: &mut Server) {
    let other = server.start_beside().await;
    let servers = [&*server, &other];
    for_random(random_cases(2), scripts(), async |script| {
        play(&servers, &script).await;
    });
}

async fn play(servers: &[&Server], script: &Script) {
    let crowd = Crowd::register(servers).await;
    let mut witness = Device::new(&crowd.witness, servers, Asks::Alike, false);
    witness.connect(true, servers[0]).await;
    let play = Play::begin(&crowd).await;
    let over = Arc::new(Barrier::new(PEOPLE * DEVICES + 2));
    let (mut devices, mut wires) = (Vec::new(), Vec::new());
    for (person, last_room) in crowd.people.iter().zip(&play.last_rooms) {
        let mut own = Wires::new();
        for number in 0..DEVICES {
            let asks = [Asks::Alike, Asks::ForOneself][number % 2];
            let device = Device::new(person, servers, asks, number == 0);
            let (wire, commands) = mpsc::unbounded_channel();
            devices.push(device.run(commands, Arc::clone(&over), last_room));
            own.push(wire);
        }
        wires.push(own);
    }
    let (_, commands) = mpsc::unbounded_channel();
    let last_room = play.last_rooms.last().expect("a room");
    let witness = witness.run(commands, Arc::clone(&over), last_room);
    let acting = async {
        let all = script.iter().zip(wires).enumerate();
        join_all(all.map(|(person, (acts, wires))| play.act_all(person, acts, wires))).await;
        over.wait().await;
        play.end().await;
    };
    let (devices, witness, ()) = join3(join_all(devices), witness, acting).await;
    let log = Log::of(&witness.1[0]);
    tell(&devices, &log);
    let mut devices = devices.into_iter();
    for person in &crowd.people {
        check(person, devices.by_ref().take(DEVICES).collect(), &log).await;
    }
    check(&crowd.witness, vec![witness], &log).await;
}

/// Shown by `--nocapture`: how much it was that they went through.
#[expect(clippy::print_stderr, reason = "for those who look at the figures")]
fn tell(devices: &[Outcome], log: &Log) {
    let heard = devices.iter().flat_map(|(_, heard)| heard);
    let (starts, events, returns) = heard.fold((0, 0, 0), |(starts, events, returns), heard| {
        let more = heard.events().count();
        (starts + 1, events + more, returns + heard.returns)
    });
    eprintln!(
        "{} events, heard {events} times; {starts} fresh starts, {returns} returns to the log",
        log.len()
    );
}

/// What one device of somebody knows in the end, and heard.
type Outcome = (Known, Vec<Heard>);

async fn check(person: &Person, devices: Vec<Outcome>, log: &Log) {
    let document = "{ viewer { rooms(first: 100) { nodes {
        id memberCount membership { lastReadSeq unread { messages mentions } }
    } } } }";
    let answer = person.ask(document, json!({})).await;
    let nodes: Vec<Value> = answer.get("/viewer/rooms/nodes");
    let mut now = Known {
        scheduled: fetch_scheduled(person).await,
        ..Known::default()
    };
    for node in &nodes {
        let id = node["id"].as_str().expect("an id");
        let room = fetch(person, id).await.expect("a room of theirs");
        assert_eq!(node["memberCount"], room.members.len());
        let membership = &node["membership"];
        let last_read_seq = membership["lastReadSeq"].as_i64().expect("a number");
        let expected = unread(&room.messages, &person.id, last_read_seq);
        assert_eq!(membership["unread"], expected);
        room.check_threads(&person.id);
        now.rooms.insert(id.to_owned(), room);
    }
    let now = now.in_rooms();
    for (known, heard) in devices {
        for heard in &heard {
            log.check(&person.id, heard);
        }
        assert_eq!(known.in_rooms(), now, "{}", person.username);
    }
}

on_both_databases![clients_converge, clients_of_two_servers_converge];
