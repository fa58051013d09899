@testable import Causerie
import XCTest

final class LiveTests: XCTestCase {
    func testLiveMessagesComeOnceAndInOrder() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            let cursor = try await bob.viewer().cursor
            for number in 0..<200 { _ = try await alice.send(roomId: room.id, body: "\(number)") }
            var heard: [String] = []
            for try await message in bob.messages(roomId: room.id, after: cursor) {
                heard.append(message.body)
                // A call in the midst of a full queue must go through: a blocked listener may not block the library.
                if heard.count % 100 == 0 { _ = try await bob.viewer() }
                if heard.count == 200 { break }
            }
            XCTAssertEqual(heard, (0..<200).map(String.init))
        }
    }

    func testCancellingATaskEndsItsConnection() async throws {
        try await onStage { stage in
            let wire = try Wire(to: stage.server.url, counting: "upgrade: websocket")
            let client = try await signedUp(stage, over: wire)
            let collecting = Task { try await client.live().until { _ in false } }
            try await wire.until(open: 1)
            collecting.cancel()
            try await wire.until(open: 0)
            let ended = await error { _ = try await collecting.value }
            XCTAssertTrue(ended is EndedEarly, "\(String(describing: ended))")
        }
    }

    func testLeavingALoopEndsItsConnection() async throws {
        try await onStage { stage in
            let wire = try Wire(to: stage.server.url, counting: "upgrade: websocket")
            let client = try await signedUp(stage, over: wire)
            for try await item in client.live() {
                guard case .connection(.connected) = item else { continue }
                try await wire.until(open: 1)
                break
            }
            try await wire.until(open: 0)
        }
    }

    func testCancellingACallEndsItsRequest() async throws {
        try await onStage { stage in
            let wire = try Wire(to: nil, counting: "post /graphql")
            let client = try stage.client(url: wire.url)
            let call = Task { try await client.logIn(username: "alice", password: password) }
            try await wire.until(open: 1)
            call.cancel()
            try await wire.until(open: 0)
            let ended = await error { _ = try await call.value }
            XCTAssertTrue(ended is CancellationError, "\(String(describing: ended))")
        }
    }

    func testACancelledTaskBeginsNothing() async throws {
        try await onStage { stage in
            let client = try await stage.signedUp("alice")
            let tries = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                let ended = await error { _ = try await client.viewer() }
                var items = 0
                for try await _ in client.live() { items += 1 }
                return (ended is CancellationError, items)
            }
            let (isCancelled, items) = try await tries.value
            XCTAssertTrue(isCancelled)
            XCTAssertEqual(items, 0)
        }
    }

    func testAListenerThatThrowsIsLoggedAndGoesOn() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            let cursor = try await bob.viewer().cursor
            for body in ["1", "2"] { _ = try await alice.send(roomId: room.id, body: body) }
            setLogger(logger: log)
            let clumsy = Clumsy()
            let handle = try bob.follow(roomId: room.id, after: cursor, listener: clumsy)
            let second = try await clumsy.heard.next()
            XCTAssertEqual(second, "2")
            handle.cancel()
            try await until { log.text.contains("cannot draw this") }
        }
    }

    func testASessionThatEndsEndsTheLoop() async throws {
        try await onStage { stage in
            let client = try await stage.signedUp("alice")
            let ended = await error {
                for try await item in client.live() {
                    if case .connection(.connected) = item { try await client.logOut() }
                }
            }
            XCTAssertEqual(ended as? CauserieError, .SignedOut)
        }
    }
}

private func signedUp(_ stage: Stage, over wire: Wire) async throws -> CauserieClient {
    let client = try stage.client(url: wire.url)
    _ = try await client.signUp(username: "bob", password: password)
    return client
}

private struct CannotDrawThis: Error, CustomStringConvertible {
    let description = "cannot draw this"
}

/// Throws at the first message, and hears the others.
private final class Clumsy: MessageListener {
    let heard = Mailbox<String>()

    func onMessage(message: Message, cursor: Cursor) throws {
        if message.body == "1" { throw CannotDrawThis() }
        heard.push(message.body)
    }

    func onConnection(state: ConnectionState) {}
    func onEnd(error: CauserieError) {}
}

/// The first logger stays, so all cases have this one.
private let log = Log()

private final class Log: Logger, @unchecked Sendable {
    private let lock = NSLock()
    private var lines = ""

    var text: String { lock.withLock { lines } }
    func log(level: LogLevel, text: String) { lock.withLock { lines += text + "\n" } }
}
