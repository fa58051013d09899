import CauserieCore

/// What changes, as it changes: `for try await rooms in chat.rooms() { … }`.
///
/// Each iteration listens for itself, from its first element on, and ends what it began when the loop is left, when its
/// iterator is let go, or when its task is cancelled; then there is no further element. It fails with a `CauserieError`
/// where its maker says so. A slow loop costs bounded memory: the library waits for it.
public struct Updates<Element: Sendable>: AsyncSequence, Sendable {
    typealias Begin = @Sendable (Mailbox<Element>) async throws -> TaskHandle

    private let begin: Begin

    init(begin: @escaping Begin) {
        self.begin = begin
    }

    /// Begins an iteration, which listens from its first element on.
    public func makeAsyncIterator() -> Iterator {
        Iterator(Listening(begin))
    }

    /// One iteration. Not to be shared: one element at a time.
    public struct Iterator: AsyncIteratorProtocol {
        private let listening: Listening<Element>

        init(_ listening: Listening<Element>) {
            self.listening = listening
        }

        /// The next element; nothing when the task is cancelled.
        public mutating func next() async throws -> Element? {
            try await listening.next()
        }
    }
}

/// A listener of the library, for as long as somebody iterates.
final class Listening<Element: Sendable>: Sendable {
    private let mailbox = Mailbox<Element>()
    private let begin: Updates<Element>.Begin

    init(_ begin: @escaping Updates<Element>.Begin) {
        self.begin = begin
    }

    deinit {
        mailbox.end()
    }

    func next() async throws -> Element? {
        try await withTaskCancellationHandler {
            if mailbox.isToBegin() {
                do {
                    mailbox.keep(try await begin(mailbox))
                } catch {
                    mailbox.end(error is CancellationError ? nil : error)
                }
            }
            return try await mailbox.next()
        } onCancel: {
            mailbox.end()
        }
    }
}
