#!/usr/bin/env bash
# Makes dist/Causerie, a Swift package that needs no Rust: the sources, what UniFFI writes, and the native library for iOS,
# its simulators and macOS; and beside it the framework as a ZIP file with its checksum, to be offered for download.
# Needs a Mac with Xcode 16 and Rust. Not run in continuous integration. FEATURES=encryption builds it with that.
set -euo pipefail
cd "$(dirname "$0")"
repository=$(cd ../.. && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$repository/target}
# As in Package.swift.
export IPHONEOS_DEPLOYMENT_TARGET=16.0 MACOSX_DEPLOYMENT_TARGET=13.0
. ../size.env

build() { # TARGET
    rustup target add "$1"
    cargo rustc --locked --manifest-path "$repository/Cargo.toml" --package causerie-mobile --lib \
        --profile mobile --crate-type staticlib --target "$1" --features "${FEATURES:-}"
}

join() { # PLATFORM TARGET...: one library for several processors
    local platform=$1 libraries=()
    shift
    for target in "$@"; do
        build "$target"
        libraries+=("$CARGO_TARGET_DIR/$target/mobile/libcauserie_mobile.a")
    done
    mkdir -p "build/$platform"
    lipo -create "${libraries[@]}" -output "build/$platform/libcauserie_mobile.a"
    strip -S "build/$platform/libcauserie_mobile.a"
}

rm -rf build dist
join ios aarch64-apple-ios
join simulator aarch64-apple-ios-sim x86_64-apple-ios
join macos aarch64-apple-darwin x86_64-apple-darwin

# UniFFI reads a library for this machine.
cargo build --locked --manifest-path "$repository/Cargo.toml" --package causerie-mobile
cargo run --locked --quiet --manifest-path "$repository/Cargo.toml" --package causerie-bindgen \
    --features generate --bin uniffi-bindgen-swift -- "$CARGO_TARGET_DIR/debug/libcauserie_mobile.dylib" generated

# In a folder of the module's name, so that it does not get into the way of other frameworks' headers.
mkdir -p build/headers
cp -R generated/CauserieFFI build/headers/

mkdir -p dist/Causerie/generated
frameworks=()
for platform in ios simulator macos; do
    frameworks+=(-library "build/$platform/libcauserie_mobile.a" -headers build/headers)
done
xcodebuild -create-xcframework "${frameworks[@]}" -output dist/Causerie/CauserieFFI.xcframework
cp -R Package.swift README.md Sources Tests dist/Causerie/
cp -R generated/CauserieCore dist/Causerie/generated/

ditto -c -k --keepParent dist/Causerie/CauserieFFI.xcframework dist/CauserieFFI.xcframework.zip
swift package compute-checksum dist/CauserieFFI.xcframework.zip | tee dist/CauserieFFI.xcframework.zip.checksum
