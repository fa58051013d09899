//! Rebuilds when a file is added to what is embedded: cargo does not see the folders.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
    // A debug build reads the web bundle at run time, but only if its folder was there before.
    if let Err(error) = std::fs::create_dir_all("../web/dist") {
        println!("cargo::warning=cannot make the folder web/dist: {error}");
    }
    if cfg!(not(debug_assertions)) {
        println!("cargo::rerun-if-changed=../web/dist");
    }
}
