import Causerie
import XCTest

final class ChatTests: XCTestCase {
    func testTwoPeopleTalk() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            let hers = try await started(alice).timeline(room: room.id)
            let his = try await started(bob).timeline(room: room.id)
            _ = try await hers.send(body: "ping")
            let ping = try await hisFirst(his, "ping")
            try await his.react(message: ping.target, emoji: "👍")
            guard case .sent(let id) = ping.target else { return XCTFail("\(ping.target)") }
            _ = try await his.send(body: "pong", replyTo: id)
            let both = try await untilSent(hers, "ping", "pong")
            XCTAssertEqual(both[1].replyTo?.body, "ping")
            _ = try await messages(hers) { $0.first?.reactions.map(\.emoji) == ["👍"] }
            try await hers.edit(message: both[0].target, body: "ping!")
            _ = try await untilSent(his, "ping!", "pong")
            try await his.delete(message: both[1].target)
            let last = try await untilSent(hers, "ping!", "").last
            XCTAssertEqual(last?.isDeleted, true)
        }
    }

    func testWhatIsWrittenWithoutANetworkIsSentOnceAfterAnotherStart() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            let settings = ChatSettings(path: stage.folder.appendingPathComponent("mine.db").path)
            try await write(["one", "two", "three"], in: room.id, of: alice.chat(settings: settings))
            let before = try await bob.history(roomId: room.id, page: .newest)
            XCTAssertEqual(before.messages, [])
            let chat = try await alice.chat(settings: settings)
            let timeline = try await chat.timeline(room: room.id)
            let kept = try await messages(timeline) { _ in true }
            XCTAssertEqual(kept.map(\.body), ["one", "two", "three"])
            let isDone = try await chat.syncOnce(deadline: 30)
            XCTAssertTrue(isDone)
            _ = try await untilSent(timeline, "one", "two", "three")
            let after = try await bob.history(roomId: room.id, page: .newest)
            XCTAssertEqual(after.messages.map(\.body), ["one", "two", "three"])
        }
    }

    func testTheListOfRoomsFollows() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            let chat = try await started(bob)
            _ = try await chat.states().until { $0 == .live }
            _ = try await alice.send(roomId: room.id, body: "hello @bob")
            let rooms = try await chat.rooms().until { $0.first?.unread == Unread(messages: 1, mentions: 1) }
            XCTAssertEqual(rooms.map { $0.lastMessage?.body }, ["hello @bob"])
            let totals = try await chat.unread().until { $0.rooms == 1 }
            XCTAssertEqual([totals.messages, totals.mentions], [1, 1])
            try await chat.timeline(room: room.id).markRead(seq: 1)
            _ = try await chat.unread().until { $0.rooms == 0 }
            try await chat.saveDraft(room: room.id, body: "I was about")
            _ = try await chat.rooms().until { $0.first?.draft == "I was about" }
        }
    }

    func testWhoReadsAndWhoIsThereIsTold() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            _ = try await alice.send(roomId: room.id, body: "read this")
            let chat = try await started(alice)
            let he = try bobs(bob)
            _ = try await chat.readers(room.id).until { $0.isEmpty }
            _ = try await chat.presences([he]).until { $0[he]?.state == .offline }
            let his = try await started(bob)
            try await his.timeline(room: room.id).markRead(seq: 1)
            let readers = try await chat.readers(room.id).until { !$0.isEmpty }
            XCTAssertEqual(readers.map(\.user.username), ["bob"])
            _ = try await chat.presences([he]).until { $0[he]?.state == .online }
            his.stop()
        }
    }

    func testARoomScreenHearsOfItsRoomAndOfItsTimeline() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            let chat = try await started(bob)
            _ = try await chat.room(room.id).until { $0?.membership?.role == .member }
            _ = try await alice.updateRoom(roomId: room.id, update: RoomUpdate(topic: .set(text: "Tea")))
            _ = try await chat.room(room.id).until { $0?.topic == "Tea" }
            let timeline = try await chat.timeline(room: room.id)
            _ = try await timeline.states().until { $0 == .idle }
            try await bob.leaveRoom(roomId: room.id)
            _ = try await chat.room(room.id).until { $0 == nil }
        }
    }

    func testTheStepsMakeTheList() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            let chat = try await started(bob)
            _ = try await alice.createRoom(room: NewRoom(kind: .group, name: "later", members: [try bobs(bob)]))
            _ = try await alice.send(roomId: room.id, body: "the first again")
            var rooms: [RoomListItem] = []
            for try await steps in chat.roomSteps() {
                steps.forEach { $0.apply(to: &rooms) }
                if rooms.map(\.name) == ["general", "later"] { break }
            }
        }
    }

    func testWhatTheServerRefusesIsKeptToTryAgainOrToGiveUp() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            let chat = try await started(bob)
            let timeline = try await chat.timeline(room: room.id)
            _ = try await timeline.send(body: String(repeating: "a", count: 20_000))
            let failed = try await messages(timeline) { $0.first?.failure != nil }
            switch failed[0].failure {
            case .TooLarge, .Invalid: break
            case let other: XCTFail("\(String(describing: other))")
            }
            let unsent = try await chat.unsent()
            XCTAssertEqual(unsent.map(\.room), [room.id])
            try await timeline.edit(message: failed[0].target, body: "shorter")
            _ = try await untilSent(timeline, "shorter")
            let kept = try await alice.history(roomId: room.id, page: .newest)
            XCTAssertEqual(kept.messages.map(\.body), ["shorter"])
        }
    }

    func testWhatIsKeptIsFoundAndGoneWhenItIsErased() async throws {
        try await onStage { stage in
            let (alice, bob, room) = try await stage.twoInAChannel()
            _ = try await alice.send(roomId: room.id, body: "Crème brûlée for all")
            let chat = try await started(bob)
            _ = try await untilSent(chat.timeline(room: room.id), "Crème brûlée for all")
            let found = try await chat.search(words: "creme")
            XCTAssertEqual(found.map(\.seq), [1])
            try await chat.erase()
            let left = try await chat.search(words: "creme")
            XCTAssertEqual(left, [])
        }
    }

    func testAListenerThatIsLetGoIsFreed() async throws {
        try await onStage { stage in
            let (_, bob, room) = try await stage.twoInAChannel()
            let timeline = try await started(bob).timeline(room: room.id)
            var listeners: [Weak] = []
            for _ in 0..<10_000 {
                let listener = Silent()
                listeners.append(Weak(listener))
                // The handle is let go at once.
                _ = try await timeline.watch(listener: listener)
            }
            try await until { listeners.allSatisfy { $0.listener == nil } }
        }
    }
}

private final class Silent: TimelineListener {
    func onSteps(steps: [TimelineStep]) {}
}

private struct Weak {
    weak var listener: Silent?
    init(_ listener: Silent) { self.listener = listener }
}

extension TimelineMessage {
    fileprivate var failure: CauserieError? {
        if case .failed(_, let error) = state { error } else { nil }
    }
}

private func started(_ client: CauserieClient) async throws -> Chat {
    let chat = try await client.chat(settings: ChatSettings())
    chat.start()
    return chat
}

private func bobs(_ client: CauserieClient) throws -> UserId {
    try XCTUnwrap(client.session()).userId
}

/// Waits until the messages that are shown are right.
private func messages(
    _ timeline: Timeline, _ isRight: @Sendable ([TimelineMessage]) -> Bool
) async throws -> [TimelineMessage] {
    for try await lines in timeline.lines() {
        let shown = lines.compactMap { if case .message(let message) = $0.content { message } else { nil } }
        if isRight(shown) { return shown }
    }
    throw EndedEarly()
}

private func untilSent(_ timeline: Timeline, _ bodies: String...) async throws -> [TimelineMessage] {
    try await messages(timeline) { shown in
        shown.map(\.body) == bodies && shown.allSatisfy { $0.state == .sent }
    }
}

private func hisFirst(_ timeline: Timeline, _ body: String) async throws -> TimelineMessage {
    try await untilSent(timeline, body)[0]
}

/// Gets in step, loses the network, writes, and ends.
private func write(_ bodies: [String], in room: RoomId, of chat: Chat) async throws {
    let isDone = try await chat.syncOnce(deadline: 30)
    XCTAssertTrue(isDone)
    let timeline = try await chat.timeline(room: room)
    for body in bodies { _ = try await timeline.send(body: body) }
    _ = try await messages(timeline) { shown in
        shown.map(\.body) == bodies && shown.allSatisfy { $0.state == .sending }
    }
}
