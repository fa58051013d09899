import Foundation

#if canImport(Glibc)
private let stream = Int32(SOCK_STREAM.rawValue)
private let noSignal = Int32(MSG_NOSIGNAL)
#else
private let stream = SOCK_STREAM
private let noSignal: Int32 = 0
#endif

/// A wire between client and server, which knows what is open.
final class Wire: @unchecked Sendable {
    /// What a client connects to instead of the server.
    let url: String

    private let server: UInt16?
    private let mark: String
    private let listener: Int32
    private let lock = NSLock()
    private var count = 0

    /// Counts the connections on which a client says `mark`. Without a server, nobody ever answers.
    init(to server: String?, counting mark: String) throws {
        self.server = server.flatMap { URL(string: $0)?.port }.map(UInt16.init)
        self.mark = mark
        let (listener, port) = try listening()
        self.listener = listener
        url = "http://127.0.0.1:\(port)"
        // It holds the wire until the tests end, as nothing wakes it.
        Thread.detachNewThread { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 {
                Thread.detachNewThread { [self] in carry(client) }
            }
        }
    }

    /// Waits until so many are open.
    func until(open wanted: Int) async throws {
        try await CauserieTests.until { lock.withLock { count } == wanted }
    }

    private func carry(_ client: Int32) {
        let upstream = server.map(connected)
        let answers = DispatchGroup()
        if let upstream {
            answers.enter()
            Thread.detachNewThread {
                pump(from: upstream, to: client) { _ in }
                answers.leave()
            }
        }
        var isCounted = false
        pump(from: client, to: upstream) { [self] bytes in
            if !isCounted && String(decoding: bytes, as: UTF8.self).lowercased().contains(mark) {
                isCounted = true
                lock.withLock { count += 1 }
            }
        }
        answers.wait()
        for end in [client, upstream] { if let end { close(end) } }
        if isCounted { lock.withLock { count -= 1 } }
    }
}

/// A socket on a port of its own.
private func listening() throws -> (socket: Int32, port: UInt16) {
    let listener = socket(AF_INET, stream, 0)
    var (address, size) = (loopback(port: 0), socklen_t(MemoryLayout<sockaddr_in>.size))
    guard withSocket(&address, { bind(listener, $0, size) }) == 0, listen(listener, 50) == 0,
        withSocket(&address, { getsockname(listener, $0, &size) }) == 0
    else { throw POSIXError(.EADDRNOTAVAIL) }
    return (listener, UInt16(bigEndian: address.sin_port))
}

private func connected(to port: UInt16) -> Int32 {
    let end = socket(AF_INET, stream, 0)
    var address = loopback(port: port)
    _ = withSocket(&address) { connect(end, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    return end
}

/// Until either end is closed; then both are.
private func pump(from: Int32, to: Int32?, look: (ArraySlice<UInt8>) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while case let length = recv(from, &buffer, buffer.count, 0), length > 0 {
        look(buffer[..<length])
        if let to, send(to, buffer, length, noSignal) != length { break }
    }
    for end in [from, to] { if let end { _ = shutdown(end, Int32(SHUT_RDWR)) } }
}

private func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
}

private func withSocket(_ address: inout sockaddr_in, _ call: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, call)
    }
}
