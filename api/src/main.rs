//! The `causerie` binary.

mod auth;
mod cli;
mod config;
mod model;
mod storage;

fn main() {}
