// A terminal chat: prints what is written in one channel, and sends what is typed, in the end whatever the network does.

import Causerie
import Foundation

let usage = "usage: Terminal SERVER_URL USERNAME PASSWORD CHANNEL [--register] [--store=FILE]"

@main
struct Terminal {
    let client: CauserieClient
    let channel: String
    let store: String?

    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let store = arguments.first { $0.hasPrefix("--store=") }.map { String($0.dropFirst("--store=".count)) }
        let words = arguments.filter { $0 != "--register" && !$0.hasPrefix("--store=") }
        guard words.count == 4, !words.contains(where: { $0.hasPrefix("--") }) else {
            complain(usage)
            exit(2)
        }
        let (server, username, password, channel) = (words[0], words[1], words[2], words[3])
        do {
            let session = store.map { SessionFile(URL(fileURLWithPath: "\($0).session")) }
            let client = try CauserieClient(settings: ClientSettings(serverUrl: server, device: "Terminal"), store: session)
            if arguments.contains("--register") {
                _ = try await client.signUp(username: username, password: password)
            } else if try await client.restore() == nil {
                _ = try await client.logIn(username: username, password: password)
            }
            try await Terminal(client: client, channel: channel, store: store).talk()
            if store == nil { try await client.logOut() }
        } catch {
            complain("error: \(error)")
            exit(1)
        }
    }

    /// With a store, what was typed into an earlier run and not sent is sent now; which that is comes first.
    func talk() async throws {
        let room = try await joinOrCreate()
        let chat = try await client.chat(settings: ChatSettings(path: store))
        let timeline = try await chat.timeline(room: room)
        for message in try await timeline.lines().first(where: { _ in true })?.messages ?? [] where message.state == .sending {
            complain("waiting: \(message.body)")
        }
        chat.start()
        let printing = Task { try await Terminal.show(timeline) }
        _ = try await chat.states().first { $0 == .live }
        complain("joined \(channel)")
        for await line in typed() where !line.allSatisfy(\.isWhitespace) {
            _ = try await timeline.send(body: line)
        }
        // Whoever closes the terminal has said what they wanted to say: it is sent before the end.
        if try await !chat.syncOnce(deadline: 30) { complain("error: not everything is sent") }
        printing.cancel()
        try await printing.value
    }

    /// Each message once: when it is there.
    static func show(_ timeline: Timeline) async throws {
        var printed: UInt64 = 0
        var refused: Set<EntryId> = []
        for try await lines in timeline.lines() {
            for message in lines.messages {
                if case .failed(let entry, let error) = message.state, refused.insert(entry).inserted {
                    complain("error: not sent: \(error)")
                }
                guard let seq = message.seq, seq > printed else { continue }
                printed = seq
                let body = message.body.replacingOccurrences(of: "\n", with: "\\n")
                FileHandle.standardOutput.write(Data("\(message.author.username): \(body)\n".utf8))
            }
        }
    }

    /// Two people may create the channel at the same moment; the later one joins the earlier one's.
    func joinOrCreate() async throws -> RoomId {
        do {
            return try await client.joinChannel(name: channel).id
        } catch CauserieError.NotFound {
            do {
                return try await client.createRoom(room: NewRoom(kind: .channel, name: channel)).id
            } catch CauserieError.Conflict {
                return try await client.joinChannel(name: channel).id
            }
        }
    }
}

/// Keeps the session beside the chat. An app keeps it in the keychain: whoever has it is the person signed in.
final class SessionFile: SessionStore {
    private let file: URL

    init(_ file: URL) { self.file = file }

    func load() throws -> String? {
        FileManager.default.fileExists(atPath: file.path) ? try String(contentsOf: file, encoding: .utf8) : nil
    }

    func save(session: String) throws {
        try Data(session.utf8).write(to: file, options: .atomic)
    }

    func clear() throws {
        if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
    }
}

extension [TimelineItem] {
    var messages: [TimelineMessage] {
        compactMap { if case .message(let message) = $0.content { message } else { nil } }
    }
}

/// The lines of standard input. Reading blocks its thread, so it has one of its own.
func typed() -> AsyncStream<String> {
    AsyncStream { lines in
        Thread.detachNewThread {
            while let line = readLine() { lines.yield(line) }
            lines.finish()
        }
    }
}

func complain(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
}
