// swift-tools-version: 6.0
import Foundation
import PackageDescription

// On Apple's systems the native library comes with the package (build-xcframework.sh); elsewhere the linker is told where
// it is, as scripts/test-swift does.
let framework = "CauserieFFI.xcframework"
let isThere = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(framework)")
let native: Target =
    isThere
    ? .binaryTarget(name: "CauserieFFI", path: framework)
    : .systemLibrary(name: "CauserieFFI", path: "generated/CauserieFFI")

let package = Package(
    name: "Causerie",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "Causerie", targets: ["Causerie"]),
        .executable(name: "Terminal", targets: ["Terminal"]),
    ],
    targets: [
        native,
        .target(name: "CauserieIds"),
        // What UniFFI writes is Swift 5.
        .target(
            name: "CauserieCore",
            dependencies: ["CauserieFFI", "CauserieIds"],
            path: "generated/CauserieCore",
            swiftSettings: [.swiftLanguageMode(.v5)],
            linkerSettings: isThere ? [.linkedFramework("Security")] : [.linkedLibrary("causerie_mobile")]
        ),
        .target(name: "Causerie", dependencies: ["CauserieCore", "CauserieIds"]),
        .executableTarget(name: "Terminal", dependencies: ["Causerie"]),
        .testTarget(name: "CauserieTests", dependencies: ["Causerie"]),
        // What the documents show: it is to compile.
        .testTarget(name: "PageTests", dependencies: ["Causerie"]),
    ],
    swiftLanguageModes: [.v6]
)
