//! Writes the Swift that calls causerie-mobile: UniFFI's, with one change. UniFFI lets Kotlin's cancellation reach Rust,
//! but not Swift's; the functions for it are in the library all the same, so here the calls learn to use them.
//!
//! `uniffi-bindgen-swift LIBRARY FOLDER` writes the modules `CauserieCore` and `CauserieFFI` into the folder.

use std::path::Path;
use std::{env, fs};
use uniffi::SwiftBindingsOptions;

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [library, folder] = arguments.as_slice() else {
        return Err("usage: uniffi-bindgen-swift LIBRARY FOLDER".into());
    };
    let (swift, header) = (
        format!("{folder}/CauserieCore"),
        format!("{folder}/CauserieFFI"),
    );
    for (folder, sources) in [(&swift, true), (&header, false)] {
        uniffi::generate_swift_bindings(SwiftBindingsOptions {
            generate_swift_sources: sources,
            generate_headers: !sources,
            generate_modulemap: !sources,
            source: library.into(),
            out_dir: folder.into(),
            xcframework: false,
            module_name: Some("CauserieFFI".to_owned()),
            modulemap_filename: Some("module.modulemap".to_owned()),
            metadata_no_deps: true,
            link_frameworks: Vec::new(),
            config: None,
        })?;
    }
    let file = Path::new(&swift).join("CauserieCore.swift");
    let written = fs::read_to_string(&file)?;
    Ok(fs::write(file, cancellable(&written)?)?)
}

/// What UniFFI writes, and what stands there instead.
const CHANGES: &[(&str, &str)] = &[
    (
        "    freeFunc: (UInt64) -> (),\n",
        "    freeFunc: (UInt64) -> (),\n    cancelFunc: @escaping @Sendable (UInt64) -> (),\n",
    ),
    (
        "    var pollResult: Int8;\n    repeat {\n",
        "    await withTaskCancellationHandler {\n    var pollResult: Int8;\n    repeat {\n",
    ),
    (
        "    } while pollResult != UNIFFI_RUST_FUTURE_POLL_READY\n",
        "    } while pollResult != UNIFFI_RUST_FUTURE_POLL_READY\n    } onCancel: {\n        cancelFunc(rustFuture)\n    }\n",
    ),
    (
        "fatalError(\"Cancellation not supported yet\")",
        "throw CancellationError()",
    ),
];

/// The same, with calls that end in Rust when their task is cancelled. An error when it is not what another version of
/// UniFFI wrote: then look at its `Async.swift`.
fn cancellable(swift: &str) -> Fallible<String> {
    let mut changed = swift.to_owned();
    for (from, to) in CHANGES {
        if changed.matches(from).count() != 1 {
            return Err(format!("UniFFI does not write this, or not once: {from}").into());
        }
        changed = changed.replace(from, to);
    }
    let (mut lines, mut calls) = (String::new(), 0);
    for line in changed.lines() {
        lines.push_str(line);
        lines.push('\n');
        if let Some(free) = line.trim().strip_prefix("freeFunc: ffi_") {
            let cancel = free.trim_end_matches(',').replace("_free_", "_cancel_");
            lines.push_str(&format!(
                "            cancelFunc: {{ ffi_{cancel}($0) }},\n"
            ));
            calls += 1;
        }
    }
    if calls == 0 || calls != changed.matches("await uniffiRustCallAsync(").count() {
        return Err("UniFFI does not write calls as it did".into());
    }
    Ok(lines)
}
