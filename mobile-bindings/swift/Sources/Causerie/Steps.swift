import CauserieCore

extension TimelineStep {
    /// Changes a list as the step says.
    public func apply(to lines: inout [TimelineItem]) { lines.splice(at, removed, values) }
}

extension RoomListStep {
    /// Changes a list as the step says.
    public func apply(to rooms: inout [RoomListItem]) { rooms.splice(at, removed, values) }
}

extension Array {
    fileprivate mutating func splice(_ at: UInt32, _ removed: UInt32, _ values: [Element]) {
        replaceSubrange(Int(at)..<Int(at + removed), with: values)
    }
}
