import Causerie
import XCTest

final class AccountTests: XCTestCase {
    func testASessionIsKeptAndGoesOn() async throws {
        try await onStage { stage in
            let store = KeptSession()
            let alice = try await stage.signedUp("alice", store: store)
            let again = try stage.client(store: store)
            XCTAssertNil(again.session())
            let restored = try await again.restore()
            XCTAssertEqual(restored, alice.session())
            let viewer = try await again.viewer()
            XCTAssertEqual(viewer.user.username, "alice")
            try await again.logOut()
            XCTAssertNil(try store.load())
        }
    }

    func testAStoreThatThrowsIsAnError() async throws {
        try await onStage { stage in
            let client = try stage.client(store: Broken())
            let ended = await error { _ = try await client.restore() }
            guard case .SessionStore(let reason) = ended as? CauserieError else {
                return XCTFail("\(String(describing: ended))")
            }
            XCTAssertTrue(reason.contains("locked"), reason)
        }
    }

    func testWhatIsToBeSentLaterHasAnIdOfItsOwn() async throws {
        try await onStage { stage in
            let (alice, _, room) = try await stage.twoInAChannel()
            let message = NewScheduledMessage(roomId: room.id, body: "later", sendAt: .now + 3_600)
            let later = try await alice.scheduleMessage(message: message)
            XCTAssertTrue(later.id.value.hasPrefix("sch_"), later.id.value)
            try await alice.cancelScheduledMessage(id: later.id)
        }
    }

    func testErrorsAreTold() async throws {
        try await onStage { stage in
            let client = try stage.client()
            let wrong = await error { _ = try await client.logIn(username: "nobody", password: password) }
            XCTAssertEqual(wrong as? CauserieError, .WrongCredentials)
            XCTAssertEqual(wrong.map { "\($0)" }, "Wrong username or password.")
        }
    }
}

private final class KeptSession: SessionStore, @unchecked Sendable {
    private let lock = NSLock()
    private var text: String?

    func load() throws -> String? { lock.withLock { text } }
    func save(session: String) throws { lock.withLock { text = session } }
    func clear() throws { lock.withLock { text = nil } }
}

private final class Broken: SessionStore {
    func load() throws -> String? { throw CallbackError.Failed(reason: "the keychain is locked") }
    func save(session: String) throws { throw CallbackError.Failed(reason: "the keychain is locked") }
    func clear() throws {}
}
