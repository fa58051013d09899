@testable import Causerie
import Foundation
import XCTest

/// What lies between a listener and a loop.
final class MailboxTests: XCTestCase {
    func testValuesComeInOrderHoweverSlowlyTheyAreTaken() async throws {
        let mailbox = Mailbox<Int>()
        Thread.detachNewThread { for value in 0..<1_000 { mailbox.push(value) } }
        for value in 0..<1_000 {
            let taken = try await mailbox.next()
            XCTAssertEqual(taken, value)
            if value % 100 == 0 { await Task.yield() }
        }
    }

    func testTheEndLetsGoOfWhoPushes() async throws {
        try await inTime {
            let mailbox = Mailbox<Int>()
            let pushed = Count()
            let pushing = Thread {
                for value in 0..<1_000 {
                    mailbox.push(value)
                    pushed.add()
                }
            }
            pushing.start()
            try await until { pushed.value == mailbox.capacity }
            mailbox.end()
            try await until { pushing.isFinished }
            let last = try await mailbox.next()
            XCTAssertNil(last)
        }
    }

    func testAnErrorComesOnceAndAfterWhatCameBefore() async throws {
        let mailbox = Mailbox<Int>()
        mailbox.push(1)
        mailbox.end(CauserieError.SignedOut)
        let first = try await mailbox.next()
        XCTAssertEqual(first, 1)
        let ended = await error { _ = try await mailbox.next() }
        XCTAssertEqual(ended as? CauserieError, .SignedOut)
        let last = try await mailbox.next()
        XCTAssertNil(last)
    }

    func testALoopThatIsLeftLetsGoOfEverything() async throws {
        try await onStage { stage in
            let (_, bob, room) = try await stage.twoInAChannel()
            let timeline = try await bob.chat(settings: ChatSettings()).timeline(room: room.id)
            let mailboxes = Mailboxes()
            let steps = Updates<[TimelineStep]> { mailbox in
                mailboxes.add(mailbox)
                return try await timeline.watch(listener: Steps(mailbox))
            }
            for _ in 0..<10_000 {
                for try await _ in steps { break }
            }
            try await until { !mailboxes.isAnyLeft }
        }
    }
}

private final class Count: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    func add() { lock.withLock { count += 1 } }
    var value: Int { lock.withLock { count } }
}

private final class Mailboxes: @unchecked Sendable {
    private struct Weak { weak var mailbox: Mailbox<[TimelineStep]>? }
    private let lock = NSLock()
    private var mailboxes: [Weak] = []

    func add(_ mailbox: Mailbox<[TimelineStep]>) { lock.withLock { mailboxes.append(Weak(mailbox: mailbox)) } }
    var isAnyLeft: Bool { lock.withLock { mailboxes.contains { $0.mailbox != nil } } }
}
