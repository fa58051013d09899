import CauserieCore
import Foundation

/// From a listener, which is called on a thread that may be blocked, to one iterator, which may not.
final class Mailbox<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var hasBegun = false
    private var values: ArraySlice<Value> = []
    private var waiting: CheckedContinuation<Value?, any Error>?
    private var hasEnded = false
    private var failure: (any Error)?
    private var handle: TaskHandle?

    /// As many values wait for a slow iterator; then the listener does.
    let capacity = 64

    /// Whether nobody has asked this before.
    func isToBegin() -> Bool {
        condition.withLock {
            defer { hasBegun = true }
            return !hasBegun
        }
    }

    /// Keeps what listens until the end.
    func keep(_ handle: TaskHandle) {
        let isLate = condition.withLock {
            if !hasEnded { self.handle = handle }
            return hasEnded
        }
        if isLate { handle.cancel() }
    }

    /// Waits while the iterator is far behind; a value after the end is lost.
    func push(_ value: Value) {
        condition.lock()
        while values.count >= capacity && !hasEnded { condition.wait() }
        let taker = waiting
        if taker != nil {
            waiting = nil
        } else if !hasEnded {
            values.append(value)
        }
        condition.unlock()
        taker?.resume(returning: value)
    }

    /// Ends what listens. After an error, the iterator still gets what came before it; without one, nothing more.
    func end(_ error: (any Error)? = nil) {
        condition.lock()
        let (taker, listening) = (waiting, handle)
        (waiting, handle) = (nil, nil)
        if error == nil { values = [] }
        if !hasEnded && taker == nil { failure = error }
        hasEnded = true
        condition.broadcast()
        condition.unlock()
        listening?.cancel()
        if let error { taker?.resume(throwing: error) } else { taker?.resume(returning: nil) }
    }

    func next() async throws -> Value? {
        try await withCheckedThrowingContinuation { taker in
            condition.lock()
            if let value = values.popFirst() {
                condition.signal()
                condition.unlock()
                return taker.resume(returning: value)
            }
            guard hasEnded else {
                waiting = taker
                return condition.unlock()
            }
            let error = failure
            failure = nil
            condition.unlock()
            if let error { taker.resume(throwing: error) } else { taker.resume(returning: nil) }
        }
    }
}
