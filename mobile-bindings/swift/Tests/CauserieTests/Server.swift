import Foundation

/// The real server over a database of its own, as a process.
final class Server: @unchecked Sendable {
    /// `http://127.0.0.1:PORT`.
    let url: String
    private let process = Process()

    init(folder: URL) throws {
        let inherited = ProcessInfo.processInfo.environment
        guard let binary = inherited["CAUSERIE_BIN"] else { throw NotStarted(output: "CAUSERIE_BIN is not set") }
        process.executableURL = URL(fileURLWithPath: binary)
        process.currentDirectoryURL = folder
        process.environment = inherited.filter { !$0.key.hasPrefix("CAUSERIE_") }.merging([
            "CAUSERIE_LISTEN": "127.0.0.1:0",
            "CAUSERIE_DATA_DIR": folder.appendingPathComponent("data").path,
            "CAUSERIE_DATABASE_URL": "sqlite://\(folder.appendingPathComponent("chat.db").path)",
        ]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = output.fileHandleForReading.line() ?? ""
        let ready = "Causerie is ready at "
        guard line.hasPrefix(ready) else { throw NotStarted(output: line) }
        url = String(line.dropFirst(ready.count))
        // A full pipe would stop the server.
        output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }

    func stop() {
        // It would not hear of less: a process inherits the signals that the threads of tasks block.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    struct NotStarted: Error {
        let output: String
    }
}

extension FileHandle {
    /// The next line, without its end; nothing after the last.
    func line() -> String? {
        var line = Data()
        while let byte = try? read(upToCount: 1), !byte.isEmpty {
            if byte == Data("\n".utf8) { return String(decoding: line, as: UTF8.self) }
            line += byte
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
