//! The `causerie` binary.

mod auth;
mod cli;
mod config;
mod model;
mod realtime;
mod services;
mod storage;

fn main() {}
