#!/usr/bin/env bash
# Builds the native library for Android's processors and generates the Kotlin. Not run in continuous integration.
set -euo pipefail
cd "$(dirname "$0")"
repository=$(cd ../.. && pwd)

command -v cargo-ndk >/dev/null || { echo "cargo-ndk is not installed: cargo install cargo-ndk" >&2; exit 1; }

. ../size.env
processors=(arm64-v8a armeabi-v7a x86_64)
cargo ndk --platform 24 "${processors[@]/#/--target=}" --output-dir build/jniLibs \
    --manifest-path "$repository/Cargo.toml" build --locked --profile mobile --package causerie-mobile

# The Kotlin is the same for all; it is read from a library that still has its symbols.
cargo run --locked --quiet --manifest-path "$repository/Cargo.toml" --package causerie-bindgen \
    --features generate --bin uniffi-bindgen -- generate --language=kotlin --no-format \
    --out-dir=build/generated/uniffi build/jniLibs/arm64-v8a/libcauserie_mobile.so

strip=$(find "${ANDROID_NDK_HOME:?set it to the NDK}" -name llvm-strip -print -quit)
readelf=${strip%strip}readelf
for library in build/jniLibs/*/libcauserie_mobile.so; do
    "$strip" --strip-unneeded "$library"
    if "$readelf" --program-headers --wide "$library" | awk '$1 == "LOAD" && strtonum($NF) < 16384 { exit 1 }'; then
        continue
    fi
    case $library in
        */armeabi-v7a/*) ;; # 32-bit devices have pages of 4 KB
        *) echo "$library is not linked for pages of 16 KB: use NDK r28 or newer" >&2; exit 1 ;;
    esac
done
