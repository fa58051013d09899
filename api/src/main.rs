//! The `causerie` binary.

mod model;
mod storage;

fn main() {}
