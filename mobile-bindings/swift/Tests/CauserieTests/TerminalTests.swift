import XCTest

/// The sample, as the README starts it.
final class TerminalTests: XCTestCase {
    func testTwoTerminalsTalk() async throws {
        try await onStage { stage in
            let alice = try Terminal(stage.server.url, "alice", password, "general", "--register")
            XCTAssertEqual(alice.errors.line(), "joined general")
            let bob = try Terminal(stage.server.url, "bob", password, "general", "--register")
            XCTAssertEqual(bob.errors.line(), "joined general")
            alice.say("Grüße, 世界 👋")
            XCTAssertEqual(bob.lines.line(), "alice: Grüße, 世界 👋")
            bob.say("pong")
            XCTAssertEqual([alice.lines.line(), alice.lines.line()], ["alice: Grüße, 世界 👋", "bob: pong"])
            XCTAssertEqual([alice, bob].map { $0.end() }, [0, 0])
        }
    }

    func testAStoreKeepsTheChatAndTheSession() async throws {
        try await onStage { stage in
            let store = "--store=\(stage.folder.appendingPathComponent("terminal.db").path)"
            let first = try Terminal(stage.server.url, "alice", password, "general", "--register", store)
            XCTAssertEqual(first.errors.line(), "joined general")
            first.say("here")
            XCTAssertEqual(first.end(), 0)
            let second = try Terminal(stage.server.url, "alice", "forgotten", "general", store)
            XCTAssertEqual(second.lines.line(), "alice: here")
            XCTAssertEqual(second.errors.line(), "joined general")
            XCTAssertEqual(second.end(), 0)
        }
    }

    func testWhatCannotBeDoneIsSaid() async throws {
        try await onStage { stage in
            let stranger = try Terminal(stage.server.url, "nobody", password, "general")
            XCTAssertEqual(stranger.errors.line(), "error: Wrong username or password.")
            XCTAssertEqual(stranger.end(), 1)
            let lost = try Terminal("http://127.0.0.1:1", "alice", password, "general")
            let said = lost.errors.line() ?? ""
            XCTAssertTrue(said.hasPrefix("error: No answer from the server: "), said)
            XCTAssertEqual(lost.end(), 1)
            XCTAssertEqual(try Terminal("--help").end(), 2)
        }
    }
}

#if canImport(Darwin)
private let products = Bundle(for: TerminalTests.self).bundleURL.deletingLastPathComponent()
#else
private let products = Bundle.main.bundleURL
#endif

private final class Terminal {
    let lines: FileHandle
    let errors: FileHandle
    private let process = Process()
    private let input = Pipe()

    init(_ arguments: String...) throws {
        let (output, complaints) = (Pipe(), Pipe())
        (lines, errors) = (output.fileHandleForReading, complaints.fileHandleForReading)
        process.executableURL = products.appendingPathComponent("Terminal")
        process.arguments = arguments
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, complaints)
        try process.run()
    }

    func say(_ line: String) {
        input.fileHandleForWriting.write(Data("\(line)\n".utf8))
    }

    /// Closes its input, and waits for its exit code.
    func end() -> Int32 {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
