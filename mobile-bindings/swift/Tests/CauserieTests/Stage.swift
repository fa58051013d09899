import Causerie
import Foundation
import XCTest

/// Long enough for anything that is going to happen on a busy machine; no case passes by waiting.
let patience: Duration = .seconds(60)

let password = "correct horse battery"

struct TimedOut: Error {}
struct EndedEarly: Error {}

/// Plays a case with a server of its own.
func onStage(_ play: @escaping @Sendable (Stage) async throws -> Void) async throws {
    let stage = try Stage()
    defer { stage.clear() }
    try await inTime { try await play(stage) }
}

func inTime(_ play: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await play() }
        group.addTask {
            try await Task.sleep(for: patience)
            throw TimedOut()
        }
        try await group.next()
        group.cancelAll()
    }
}

/// Looks again and again.
func until(_ isSo: () -> Bool) async throws {
    while !isSo() { try await Task.sleep(for: .milliseconds(1)) }
}

final class Stage: Sendable {
    let folder: URL
    let server: Server

    fileprivate init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("causerie-swift-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        server = try Server(folder: folder)
    }

    fileprivate func clear() {
        server.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    func client(store: (any SessionStore)? = nil, url: String? = nil) throws -> CauserieClient {
        try CauserieClient(settings: ClientSettings(serverUrl: url ?? server.url, device: "XCTest"), store: store)
    }

    func signedUp(_ username: String, store: (any SessionStore)? = nil) async throws -> CauserieClient {
        let client = try client(store: store)
        _ = try await client.signUp(username: username, password: password)
        return client
    }

    /// Alice and Bob in the channel `general`.
    func twoInAChannel() async throws -> (alice: CauserieClient, bob: CauserieClient, room: Room) {
        let (alice, bob) = try await (signedUp("alice"), signedUp("bob"))
        let room = try await alice.createRoom(room: NewRoom(kind: .channel, name: "general"))
        _ = try await bob.joinChannel(name: "general")
        return (alice, bob, room)
    }
}

extension Updates {
    /// The first of the kind; the iteration ends with it.
    func until(_ isRight: @Sendable (Element) -> Bool) async throws -> Element {
        for try await element in self where isRight(element) { return element }
        throw EndedEarly()
    }
}

/// What this throws.
func error(of call: () async throws -> Void) async -> (any Error)? {
    do {
        try await call()
        return nil
    } catch {
        return error
    }
}
