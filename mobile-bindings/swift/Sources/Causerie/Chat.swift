import CauserieCore

extension Chat {
    /// How the app stands to the server: first how it does, then whenever that changes.
    public func states() -> Updates<SyncState> {
        Updates { try self.watchState(listener: States($0)) }
    }

    /// The rooms, the one where something was said last first: the whole list, whenever it changes.
    public func rooms() -> Updates<[RoomListItem]> {
        Updates { try await self.watchRooms(listener: Lists($0)) }
    }

    /// What is unread in all rooms together, first as it is kept, then whenever it changes.
    public func unread() -> Updates<UnreadTotals> {
        Updates { try await self.watchRooms(listener: Totals($0)) }
    }

    /// A room as the chat keeps it, for its title and its composer: first as it is, then whenever it changes; nothing when the
    /// viewer is not in it.
    public func room(_ roomId: RoomId) -> Updates<Room?> {
        Updates { try await self.watchRoom(roomId: roomId, listener: RoomHearer($0)) }
    }

    /// How far people have read in a room, the latest readers first: for "read by" under a message, whose readers are those with
    /// a `lastReadSeq` of at least its `seq`. First as soon as that is known, then whenever it changes, as the chat's connection
    /// tells it. Without a network, what was heard last stands.
    public func readers(_ roomId: RoomId) -> Updates<[Receipt]> {
        Updates { try await self.watchReaders(roomId: roomId, listener: ReadersHearer($0)) }
    }

    /// Whether people are there, at most 100 of them: for a dot beside their names. Told like ``readers(_:)``.
    public func presences(_ userIds: [UserId]) -> Updates<[UserId: Presence]> {
        Updates { try await self.watchPresences(userIds: userIds, listener: PresencesHearer($0)) }
    }

    /// The steps by which the list of rooms changes, for a list view that animates: the first one puts in all.
    public func roomSteps() -> Updates<[RoomListStep]> {
        Updates { try await self.watchRooms(listener: Steps($0)) }
    }
}

/// What is unread in all rooms together, threads apart: for the badge of the app's icon.
public struct UnreadTotals: Hashable, Sendable {
    /// In how many rooms there is something.
    public let rooms: Int
    /// How much it is.
    public let messages: UInt64
    /// How much of it mentions the person, or everyone.
    public let mentions: UInt64

    init(of rooms: [RoomListItem]) {
        let unread = rooms.map(\.unread).filter { $0.messages > 0 }
        self.rooms = unread.count
        messages = unread.reduce(0) { $0 + $1.messages }
        mentions = unread.reduce(0) { $0 + $1.mentions }
    }
}

extension Timeline {
    /// The lines of the timeline: all of them, whenever they change.
    public func lines() -> Updates<[TimelineItem]> {
        Updates { try await self.watch(listener: Lists($0)) }
    }

    /// Whether what is wanted of the timeline is there, for a spinner and for an empty screen: first whether it is, then
    /// whenever that changes.
    public func states() -> Updates<TimelineState> {
        Updates { try self.watchState(listener: TimelineStates($0)) }
    }

    /// The steps by which the lines change, for a list view that animates: the first one puts in all.
    public func steps() -> Updates<[TimelineStep]> {
        Updates { try await self.watch(listener: Steps($0)) }
    }
}

private final class States: StateListener {
    private let mailbox: Mailbox<SyncState>

    init(_ mailbox: Mailbox<SyncState>) { self.mailbox = mailbox }

    func onState(state: SyncState) { mailbox.push(state) }
}

private final class TimelineStates: TimelineStateListener {
    private let mailbox: Mailbox<TimelineState>

    init(_ mailbox: Mailbox<TimelineState>) { self.mailbox = mailbox }

    func onState(state: TimelineState) { mailbox.push(state) }
}

private final class RoomHearer: RoomListener {
    private let mailbox: Mailbox<Room?>

    init(_ mailbox: Mailbox<Room?>) { self.mailbox = mailbox }

    func onRoom(room: Room?) { mailbox.push(room) }
}

private final class ReadersHearer: ReadersListener {
    private let mailbox: Mailbox<[Receipt]>

    init(_ mailbox: Mailbox<[Receipt]>) { self.mailbox = mailbox }

    func onReaders(readers: [Receipt]) { mailbox.push(readers) }
}

private final class PresencesHearer: PresencesListener {
    private let mailbox: Mailbox<[UserId: Presence]>

    init(_ mailbox: Mailbox<[UserId: Presence]>) { self.mailbox = mailbox }

    func onPresences(presences: [UserPresence]) {
        let pairs = presences.map { ($0.userId, $0.presence) }
        mailbox.push(Dictionary(pairs) { _, last in last })
    }
}

final class Steps<Step: Sendable>: Sendable {
    private let mailbox: Mailbox<[Step]>

    init(_ mailbox: Mailbox<[Step]>) { self.mailbox = mailbox }

    func onSteps(steps: [Step]) { mailbox.push(steps) }
}

extension Steps: RoomListListener where Step == RoomListStep {}
extension Steps: TimelineListener where Step == TimelineStep {}

/// Unchecked, because the library makes one call at a time.
private final class Lists<Item: Sendable>: @unchecked Sendable {
    private let mailbox: Mailbox<[Item]>
    private var items: [Item] = []

    init(_ mailbox: Mailbox<[Item]>) { self.mailbox = mailbox }

    func change(_ change: (inout [Item]) -> Void) {
        change(&items)
        mailbox.push(items)
    }
}

extension Lists: RoomListListener where Item == RoomListItem {
    func onSteps(steps: [RoomListStep]) {
        change { rooms in steps.forEach { $0.apply(to: &rooms) } }
    }
}

extension Lists: TimelineListener where Item == TimelineItem {
    func onSteps(steps: [TimelineStep]) {
        change { lines in steps.forEach { $0.apply(to: &lines) } }
    }
}

/// Unchecked like `Lists`.
private final class Totals: RoomListListener, @unchecked Sendable {
    private let mailbox: Mailbox<UnreadTotals>
    private var rooms: [RoomListItem] = []
    private var shown: UnreadTotals?

    init(_ mailbox: Mailbox<UnreadTotals>) { self.mailbox = mailbox }

    func onSteps(steps: [RoomListStep]) {
        steps.forEach { $0.apply(to: &rooms) }
        let totals = UnreadTotals(of: rooms)
        if totals != shown { mailbox.push(totals) }
        shown = totals
    }
}
