//! Rebuilds when a migration is added: they are embedded, and cargo does not see the folder.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
