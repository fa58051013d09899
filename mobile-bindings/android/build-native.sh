#!/usr/bin/env bash
# Builds the native library for Android's processors and generates the Kotlin. Not run in continuous integration.
# FEATURES=encryption builds it with that.
set -euo pipefail
cd "$(dirname "$0")"
repository=$(cd ../.. && pwd)

command -v cargo-ndk >/dev/null || { echo "cargo-ndk is not installed: cargo install cargo-ndk" >&2; exit 1; }

. ../size.env
processors=(arm64-v8a armeabi-v7a x86_64)
cargo ndk --platform 26 "${processors[@]/#/--target=}" --output-dir build/jniLibs \
    --manifest-path "$repository/Cargo.toml" build --locked --profile mobile --package causerie-mobile --features "${FEATURES:-}"

# The Kotlin is the same for all; it is read from a library that still has its symbols.
cargo run --locked --quiet --manifest-path "$repository/Cargo.toml" --package causerie-bindgen \
    --features generate --bin uniffi-bindgen -- generate --language=kotlin --no-format \
    --out-dir=build/generated/uniffi build/jniLibs/arm64-v8a/libcauserie_mobile.so

strip=$(find "${ANDROID_NDK_HOME:?set it to the NDK}" -name llvm-strip -print -quit)
readelf=${strip%strip}readelf
for library in build/jniLibs/*/libcauserie_mobile.so; do
    "$strip" --strip-unneeded "$library"
    # 32-bit devices have pages of 4 KB.
    case $library in */armeabi-v7a/*) continue ;; esac
    "$readelf" --program-headers --wide "$library" > build/segments
    # The last column is the alignment, in hexadecimal, which bash can read and not every awk.
    while read -r kind rest; do
        if [[ $kind == LOAD ]] && ((${rest##* } < 16384)); then
            echo "$library is not linked for pages of 16 KB: use NDK r28 or newer" >&2
            exit 1
        fi
    done < build/segments
done
