package causerie

import java.io.IOException
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.URI
import java.util.concurrent.ConcurrentHashMap
import kotlin.concurrent.thread
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.update

/** A wire between client and server, which can be cut and which knows how many WebSockets it carries. */
class Wire(server: String) : AutoCloseable {
    private val target = URI(server)
    private val listener = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
    private val connections: MutableSet<Socket> = ConcurrentHashMap.newKeySet()
    private val open = MutableStateFlow(0)

    /** What a client connects to instead of the server. */
    val url = "http://127.0.0.1:${listener.localPort}"

    /** How many WebSockets are open. */
    val sockets: StateFlow<Int> = open

    init {
        thread(isDaemon = true) {
            ignoringTheEnd { while (true) listener.accept().let { thread(isDaemon = true) { carry(it) } } }
        }
    }

    /** Breaks off every connection that stands. */
    fun cut() = connections.forEach { it.close() }

    override fun close() {
        listener.close()
        cut()
    }

    private fun carry(client: Socket) {
        val server = Socket(target.host, target.port)
        val pair = listOf(client, server)
        connections += pair
        var upgraded = false
        val answers = thread(isDaemon = true) { pump(server, client) }
        pump(client, server) { bytes ->
            if (!upgraded && "upgrade: websocket" in String(bytes, Charsets.ISO_8859_1).lowercase()) {
                upgraded = true
                open.update { it + 1 }
            }
        }
        answers.join()
        connections -= pair.toSet()
        if (upgraded) open.update { it - 1 }
    }

    private fun pump(from: Socket, to: Socket, look: (ByteArray) -> Unit = {}) {
        ignoringTheEnd {
            val buffer = ByteArray(16 * 1024)
            while (true) {
                val length = from.getInputStream().read(buffer)
                if (length < 0) break
                look(buffer.copyOf(length))
                to.getOutputStream().write(buffer, 0, length)
            }
        }
        from.close()
        to.close()
    }

    private fun ignoringTheEnd(block: () -> Unit) {
        try {
            block()
        } catch (_: IOException) {
            // A closed socket is how a wire ends.
        }
    }
}
