//! How the library that phones load is linked: equal functions once, and relocations packed.

use std::env;

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo tells a build script by its environment"
)]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let told = |name: &str| env::var(name).unwrap_or_default();
    // Only what is built for size: other linkers than LLD, which a developer may have, do not know these.
    if told("OPT_LEVEL") != "z" {
        return;
    }
    let packing: &[&str] = match &*told("CARGO_CFG_TARGET_OS") {
        "linux" => &["-Wl,--icf=all", "-Wl,-z,pack-relative-relocs"],
        // Packed in the way that Android has read since version 6.
        "android" => &["-Wl,--icf=all", "-Wl,--pack-dyn-relocs=android"],
        _ => &[],
    };
    for argument in packing {
        println!("cargo:rustc-cdylib-link-arg={argument}");
    }
}
