import Foundation

/// A text that names something: a type of its own for each kind of thing, so that none is taken for another.
public protocol Identifier: Hashable, Sendable, Codable, CustomStringConvertible, LosslessStringConvertible {
    /// As the server writes it.
    var value: String { get }
    init(_ value: String)
}

extension Identifier {
    public var description: String { value }

    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes its text alone.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}

/// A person: `usr_…`.
public struct UserId: Identifier {
    public let value: String
    public init(_ value: String) { self.value = value }
}

/// One sign-in on one device: `ses_…`.
public struct SessionId: Identifier {
    public let value: String
    public init(_ value: String) { self.value = value }
}

/// A channel, group or direct room: `room_…`.
public struct RoomId: Identifier {
    public let value: String
    public init(_ value: String) { self.value = value }
}

/// A message: `msg_…`.
public struct MessageId: Identifier {
    public let value: String
    public init(_ value: String) { self.value = value }
}

/// A message that is to be sent later: `sch_…`.
public struct ScheduledMessageId: Identifier {
    public let value: String
    public init(_ value: String) { self.value = value }
}

/// The app's own key of a message, chosen before the first attempt to send it: sending again under the same key gives the
/// first message back, whatever became of the earlier answers.
public struct ClientId: Identifier {
    public let value: String
    public init(_ value: String) { self.value = value }

    /// A key that no other message has.
    public static func random() -> ClientId { ClientId(UUID().uuidString.lowercased()) }
}

/// A position in the server's event log. Only equality means anything to an app; its order is the server's.
public struct Cursor: Identifier {
    public let value: String
    public init(_ value: String) { self.value = value }
}

/// Something that the person did and the server refused: give it to `Chat.retry` or `Chat.discard`.
public struct EntryId: Hashable, Sendable, CustomStringConvertible {
    public let value: Int64
    public init(_ value: Int64) { self.value = value }
    public var description: String { String(value) }
}
