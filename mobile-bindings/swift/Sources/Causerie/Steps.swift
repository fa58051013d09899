import CauserieCore

extension TimelineStep {
    /// Changes a list as the step says.
    public func apply(to lines: inout [TimelineItem]) {
        switch self {
        case .append(let values): lines += values
        case .clear: lines = []
        case .pushFront(let value): lines.insert(value, at: 0)
        case .pushBack(let value): lines.append(value)
        case .popFront: lines.removeFirst()
        case .popBack: lines.removeLast()
        case .insert(let index, let value): lines.insert(value, at: Int(index))
        case .set(let index, let value): lines[Int(index)] = value
        case .remove(let index): lines.remove(at: Int(index))
        case .truncate(let length): lines.removeSubrange(Int(length)...)
        case .reset(let values): lines = values
        }
    }
}

extension RoomListStep {
    /// Changes a list as the step says.
    public func apply(to rooms: inout [RoomListItem]) {
        switch self {
        case .append(let values): rooms += values
        case .clear: rooms = []
        case .pushFront(let value): rooms.insert(value, at: 0)
        case .pushBack(let value): rooms.append(value)
        case .popFront: rooms.removeFirst()
        case .popBack: rooms.removeLast()
        case .insert(let index, let value): rooms.insert(value, at: Int(index))
        case .set(let index, let value): rooms[Int(index)] = value
        case .remove(let index): rooms.remove(at: Int(index))
        case .truncate(let length): rooms.removeSubrange(Int(length)...)
        case .reset(let values): rooms = values
        }
    }
}
