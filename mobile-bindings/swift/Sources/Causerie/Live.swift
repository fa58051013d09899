import CauserieCore
import CauserieIds

/// What `CauserieClient.live` gives.
public enum LiveItem: Sendable {
    /// A message, once and in order. The cursor is where the log stands after it: keep it, and a later start goes on from
    /// here.
    case written(Message, cursor: Cursor)
    /// What has become of the connection; for an indicator, no action is needed.
    case connection(ConnectionState)
}

extension CauserieClient {
    /// Follows one room, or without one all of the viewer's rooms, those joined later included.
    ///
    /// Each iteration has its own connection. It reconnects by itself, without a gap and without a double, for as long as
    /// the session lasts. It never ends by itself: it fails with `CauserieError.SignedOut`, or with a refusal that no retry
    /// can change.
    ///
    /// - Parameters:
    ///   - roomId: which room; `nil` for all of them
    ///   - after: where to begin: a `MessagePage.liveCursor`, a `Viewer.cursor` or the cursor of a `LiveItem`; `nil` for
    ///     now, which is when the iteration starts
    public func live(roomId: RoomId? = nil, after: Cursor? = nil) -> Updates<LiveItem> {
        Updates { mailbox in
            try self.follow(roomId: roomId, after: after, listener: LiveListener(mailbox) { $0 })
        }
    }

    /// The messages of ``live(roomId:after:)`` alone.
    public func messages(roomId: RoomId? = nil, after: Cursor? = nil) -> Updates<Message> {
        Updates { mailbox in
            let listener = LiveListener(mailbox) { item in
                if case .written(let message, _) = item { message } else { nil }
            }
            return try self.follow(roomId: roomId, after: after, listener: listener)
        }
    }
}

private final class LiveListener<Value: Sendable>: MessageListener {
    private let mailbox: Mailbox<Value>
    private let choose: @Sendable (LiveItem) -> Value?

    init(_ mailbox: Mailbox<Value>, choose: @escaping @Sendable (LiveItem) -> Value?) {
        self.mailbox = mailbox
        self.choose = choose
    }

    func onMessage(message: Message, cursor: Cursor) {
        push(.written(message, cursor: cursor))
    }

    func onConnection(state: ConnectionState) {
        push(.connection(state))
    }

    func onEnd(error: CauserieError) {
        mailbox.end(error)
    }

    private func push(_ item: LiveItem) {
        if let value = choose(item) { mailbox.push(value) }
    }
}
