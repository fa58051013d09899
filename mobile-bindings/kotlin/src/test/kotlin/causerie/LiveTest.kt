package causerie

import java.util.concurrent.CopyOnWriteArrayList
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedClass
import org.junit.jupiter.params.provider.MethodSource

@ParameterizedClass
@MethodSource("causerie.DatabaseKt#backends")
class LiveTest(backend: Backend) : Case(backend) {
    @Test
    fun `two people talk`() = case {
        val (alice, bob, room) = twoInAChannel()
        val (hers, his) = listen(alice.live(room.id)) to listen(bob.live())
        hers.untilConnected()
        his.untilConnected()
        alice.send(room.id, "ping")
        val heard = his.message().message
        assertEquals(Triple("ping", "alice", room.id), Triple(heard.body, heard.author.username, heard.roomId))
        bob.send(room.id, "pong")
        assertEquals(listOf("ping", "pong"), hers.bodies(2))
        hers.cancel()
        his.cancel()
    }

    @Test
    fun `nothing is missed between history and live`() = case {
        val (alice, bob, room) = twoInAChannel()
        alice.send(room.id, "1")
        val page = bob.history(room.id, History.Newest)
        alice.send(room.id, "2")
        alice.send(room.id, "3")
        val live = bob.messages(room.id, page.liveCursor).take(2).toList()
        assertEquals(listOf("2", "3"), live.map { it.body })
    }

    @Test
    fun `a flow goes on from a cursor that was kept`() = case {
        val (alice, bob, room) = twoInAChannel()
        val cursor = bob.viewer().cursor
        repeat(3) { alice.send(room.id, "$it") }
        val first = bob.live(after = cursor).first { it is LiveItem.Written } as LiveItem.Written
        assertEquals("0", first.message.body)
        assertEquals(listOf("1", "2"), bob.messages(after = first.cursor).take(2).toList().map { it.body })
    }

    @Test
    fun `a server that starts again misses and doubles nothing`() = case {
        val (alice, bob, room) = twoInAChannel()
        val listener = listen(bob.live(room.id))
        listener.untilConnected()
        alice.send(room.id, "1")
        alice.send(room.id, "2")
        assertEquals(listOf("1"), listener.bodies(1))
        server.stop()
        server.startAgain()
        alice.send(room.id, "3")
        assertEquals(listOf("2", "3"), listener.bodies(2))
        server.stop()
        server.startAgain()
        alice.send(room.id, "4")
        assertEquals(listOf("4"), listener.bodies(1))
        listener.cancel()
    }

    @Test
    fun `a broken connection misses and doubles nothing`() = case {
        val (alice, _, room) = twoInAChannel()
        val wire = opened(Wire(server.url))
        val bob = client(url = wire.url).apply { logIn("bob", PASSWORD) }
        val listener = listen(bob.live(room.id))
        listener.untilConnected()
        repeat(5) { round ->
            alice.send(room.id, "$round before")
            wire.cut()
            alice.send(room.id, "$round after")
            assertEquals(listOf("$round before", "$round after"), listener.bodies(2))
        }
        listener.cancel()
    }

    @Test
    fun `cancelling the flow ends its connection`() = case {
        val (_, _, room) = twoInAChannel()
        val wire = opened(Wire(server.url))
        val bob = client(url = wire.url).apply { logIn("bob", PASSWORD) }
        val listener = listen(bob.live(room.id))
        listener.untilConnected()
        assertEquals(1, wire.sockets.value)
        listener.cancel()
        wire.sockets.first { it == 0 }
    }

    @Test
    fun `cancelling or closing the handle ends the task`() = case {
        val bob = signedUp("bob")
        val cancelled = bob.follow(null, null, Recorder())
        cancelled.cancel()
        while (!cancelled.isFinished()) delay(1)
        cancelled.close()

        val wire = opened(Wire(server.url))
        val over = client(url = wire.url).apply { logIn("bob", PASSWORD) }
        val recorder = Recorder()
        val handle = over.follow(null, null, recorder)
        recorder.connected.await()
        handle.close()
        wire.sockets.first { it == 0 }
    }

    @Test
    fun `a listener that throws does not stop the others' messages`() = case {
        val (alice, bob, room) = twoInAChannel()
        val recorder = Recorder { if (it == "1") error("cannot draw this") }
        opened(bob.follow(room.id, null, recorder))
        recorder.connected.await()
        alice.send(room.id, "1")
        alice.send(room.id, "2")
        assertEquals("2", recorder.heard.receive())
        while (log.none { "cannot draw this" in it }) delay(1)
    }

    @Test
    fun `a slow collector gets everything`() = case {
        val (alice, bob, room) = twoInAChannel()
        val cursor = bob.viewer().cursor
        val sent = List(MORE_THAN_QUEUES_HOLD) { async { alice.send(room.id, "$it") } }.awaitAll()
        val heard = mutableListOf<Message>()
        bob.messages(room.id, cursor).take(sent.size).collect {
            // A call in the midst of a full queue must go through: a blocked listener may not block the library.
            if (heard.size % 100 == 0) bob.viewer()
            heard += it
        }
        assertEquals(sent.sortedBy { it.seq }, heard)
    }

    @Test
    fun `a session ended elsewhere ends the flow`() = case {
        val store = KeptSession()
        val bob = signedUp("bob", store)
        val listener = listen(bob.live())
        listener.untilConnected()
        client(KeptSession(store.text)).apply { restore() }.logOut()
        assertInstanceOf(CauserieException.SignedOut::class.java, listener.failure())
        assertNull(bob.session())
    }

    @Test
    fun `logging out ends the flow`() = case {
        val bob = signedUp("bob")
        val listener = listen(bob.live())
        listener.untilConnected()
        bob.logOut()
        assertInstanceOf(CauserieException.SignedOut::class.java, listener.failure())
    }

    private class Recorder(private val act: (String) -> Unit = {}) : MessageListener {
        val connected = CompletableDeferred<Unit>()
        val heard = Channel<String>(Channel.UNLIMITED)

        override fun onMessage(message: Message, cursor: Cursor) {
            act(message.body)
            heard.trySend(message.body)
        }

        override fun onConnection(state: ConnectionState) {
            if (state is ConnectionState.Connected) connected.complete(Unit)
        }

        override fun onEnd(error: CauserieException) = Unit
    }

    private companion object {
        const val MORE_THAN_QUEUES_HOLD = 200
        val log = CopyOnWriteArrayList<String>()

        init {
            setLogger(object : Logger {
                override fun log(level: LogLevel, text: String) {
                    log += text
                }
            })
        }
    }
}
