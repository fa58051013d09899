import Causerie
import Foundation

// What the documents show of an app in Swift: they quote it from here, so that it is compiled. First what SwiftUI has, as
// far as they name it, which is not there on Linux.

@MainActor protocol View {
    associatedtype Body: View
    var body: Body { get }
}

extension Never: View {
    var body: Never { fatalError() }
}

@MainActor @propertyWrapper final class State<Value> {
    var wrappedValue: Value

    init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
}

struct Row {
    init(_ what: Any?...) {}
}

struct Faces: View {
    init(_ users: [User]) {}

    var body: Never { fatalError() }

    func task(_ action: @escaping @MainActor () async -> Void) -> Self { self }
}

struct Header: View {
    init(_ name: String?, _ topic: String?, isLoading: Bool, mayWrite: Bool) {}

    var body: Never { fatalError() }

    func task(_ action: @escaping @MainActor () async -> Void) -> Self { self }
}

@MainActor struct List<Item, ID: Hashable>: View {
    var body: Never { fatalError() }

    init(_ items: [Item], id: KeyPath<Item, ID>, row: (Item) -> Row) { items.forEach { _ = row($0) } }

    func task(_ action: @escaping @MainActor () async -> Void) -> Self { self }
}

struct Keychain {
    func text(_ name: String) throws -> String? { nil }
    func set(_ name: String, _ text: String) throws {}
    func remove(_ name: String) throws {}
}

let keychain = Keychain()

func show(_ what: Any) {}
func report(_ error: any Error) {}
func RoomRow(_ name: String, _ newest: String?, badge: UInt64, mentioned: Bool) -> Row { Row(name, newest, badge, mentioned) }
func MessageRow(_ message: TimelineMessage) -> Row { Row(message) }
func DayRow(_ day: Day) -> Row { Row(day) }
func NewMessagesRow() -> Row { Row() }
func TypingRow(_ users: [User]) -> Row { Row(users) }
func BeginningRow() -> Row { Row() }

func readme(keychain: any SessionStore, file: URL) async throws {
    let client = try CauserieClient(settings: ClientSettings(serverUrl: "https://chat.example.org"), store: keychain)
    if try await client.restore() == nil {
        _ = try await client.logIn(username: "alice", password: "correct horse battery")
    }
    let room = try await client.joinChannel(name: "general")

    let chat = try await client.chat(settings: ChatSettings(path: file.path))
    chat.start()
    Task { for try await rooms in chat.rooms() { show(rooms) } }

    let timeline = try await chat.timeline(room: room.id)
    Task { for try await lines in timeline.lines() { show(lines) } }
    _ = try await timeline.send(body: "Hello!")
}

final class KeptSession: SessionStore {                                    // keychain: yours, over SecItem
    func load() throws -> String? { try keychain.text("session") }
    func save(session: String) throws { try keychain.set("session", session) }
    func clear() throws { try keychain.remove("session") }
}

func begin(folder: URL, name: String, username: String, password: String) async throws {
    let client = try CauserieClient(settings: ClientSettings(serverUrl: "https://chat.example.org", device: name), store: KeptSession())
    if try await client.restore() == nil { _ = try await client.logIn(username: username, password: password) }

    let chat = try await client.chat(settings: ChatSettings(path: folder.appending(path: "chat.db").path))
    chat.start()
}

struct RoomList: View {
    let chat: Chat
    @State private var rooms: [RoomListItem] = []

    var body: some View {
        List(rooms, id: \.id) { room in
            RoomRow(room.name, room.lastMessage?.body, badge: room.unread.messages, mentioned: room.unread.mentions > 0)
        }
        .task { do { for try await rooms in chat.rooms() { self.rooms = rooms } } catch { report(error) } }
    }
}

struct RoomScreen: View {
    let timeline: Timeline
    @State private var lines: [TimelineItem] = []

    var body: some View {
        List(lines, id: \.key) { line in
            switch line.content {
            case .message(let message): MessageRow(message)
            case .dayDivider(let day): DayRow(day)
            case .readMarker: NewMessagesRow()
            case .typing(let users): TypingRow(users)
            case .start: BeginningRow()
            }
        }
        .task { do { for try await lines in timeline.lines() { self.lines = lines } } catch { report(error) } }
    }
}

struct RoomView: View {
    let timeline: Timeline
    @State private var lines: [TimelineItem] = []

    var body: some View {
        List(lines, id: \.key) { line in Row(line) }
            .task {
                do {
                    for try await lines in timeline.lines() { self.lines = lines }
                } catch {
                    // The list could not be begun. What happens to the session and the file later on is told by `chat.states()`.
                }
            }
    }
}

struct Frame: View {
    let chat: Chat
    let roomId: RoomId
    let timeline: Timeline
    @State private var room: Room?
    @State private var state = TimelineState.loading

    var body: some View {
        Header(room?.name, room?.topic, isLoading: state == .loading, mayWrite: room.map(mayWrite) ?? false)
            .task { do { for try await room in chat.room(roomId) { self.room = room } } catch { report(error) } }
            .task { do { for try await state in timeline.states() { self.state = state } } catch { report(error) } }
    }
}

func mayWrite(_ room: Room) -> Bool {
    guard let own = room.membership, room.archivedAt == nil else { return false }
    let isMuted = own.mutedUntil.map { $0 > Date() } ?? false
    return !isMuted && !(room.announcementOnly && own.role == .member)
}

struct ReadBy: View {
    let chat: Chat
    let room: RoomId
    let newest: UInt64
    @State private var readers: [Receipt] = []

    var body: some View {
        Faces(readers.filter { $0.lastReadSeq >= newest }.map(\.user))
            .task { do { for try await readers in chat.readers(room) { self.readers = readers } } catch { report(error) } }
    }
}
