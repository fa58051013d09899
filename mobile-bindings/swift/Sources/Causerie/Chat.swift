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

    /// The steps by which the list of rooms changes, for a list view that animates: the first one puts in all.
    public func roomSteps() -> Updates<[RoomListStep]> {
        Updates { try await self.watchRooms(listener: Steps($0)) }
    }
}

extension Timeline {
    /// The lines of the timeline: all of them, whenever they change.
    public func lines() -> Updates<[TimelineItem]> {
        Updates { try await self.watch(listener: Lists($0)) }
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
