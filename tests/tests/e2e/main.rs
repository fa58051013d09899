//! End-to-end cases: the real server, over SQLite and over PostgreSQL.

mod accounts;
mod changes;
mod convergence;
mod durability;
mod events;
mod history;
mod invites;
mod live;
mod members;
mod mentions;
mod messages;
mod model;
mod permissions;
mod query_counts;
mod random;
mod reactions;
mod receipts;
mod roles;
mod room_changes;
mod rooms;
mod sanctions;
mod sessions;
mod several_servers;
mod signals;
mod slow_clients;
mod starting;
