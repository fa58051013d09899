package causerie

import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedClass
import org.junit.jupiter.params.provider.MethodSource

@ParameterizedClass
@MethodSource("causerie.DatabaseKt#backends")
class ChatTest(backend: Backend) : Case(backend) {
    private val folder: Path = Files.createTempDirectory("causerie-chat-").also { opened(AutoCloseable { it.toFile().deleteRecursively() }) }

    private suspend fun started(client: CauserieClient, path: String? = null) =
        opened(client.chat(ChatSettings(path))).apply { start() }

    private fun messages(timeline: Timeline): Flow<List<TimelineMessage>> =
        timeline.lines().map { lines -> lines.mapNotNull { (it.content as? TimelineContent.Message)?.message } }

    private suspend fun untilSent(timeline: Timeline, vararg bodies: String) = messages(timeline).first { shown ->
        shown.map { it.body } == bodies.toList() && shown.all { it.state is SendState.Sent }
    }

    @Test
    fun `two people talk`() = case {
        val (alice, bob, room) = twoInAChannel()
        val hers = opened(started(alice).timeline(room.id))
        val his = opened(started(bob).timeline(room.id))
        hers.send("ping")
        val ping = untilSent(his, "ping").single()
        his.react(ping.target, "👍")
        his.send("pong", (ping.target as MessageTarget.Sent).id)
        val (first, second) = untilSent(hers, "ping", "pong")
        assertEquals("ping", second.replyTo?.body)
        messages(hers).first { it.first().reactions.singleOrNull()?.emoji == "👍" }
        hers.edit(first.target, "ping!")
        untilSent(his, "ping!", "pong")
        his.delete(second.target)
        assertTrue(untilSent(hers, "ping!", "").last().isDeleted)
    }

    @Test
    fun `what is written without a network is sent once after another start`() = case {
        val (alice, bob, room) = twoInAChannel()
        val path = folder.resolve("chat.db").toString()
        alice.chat(ChatSettings(path)).use { chat ->
            assertTrue(chat.syncOnce(Duration.ofSeconds(30)))
            chat.timeline(room.id).use { timeline ->
                listOf("one", "two", "three").forEach { timeline.send(it) }
                val waiting = messages(timeline).first { it.size == 3 }
                assertTrue(waiting.all { it.state is SendState.Sending }, "$waiting")
            }
        }
        assertEquals(emptyList<Message>(), bob.history(room.id, History.Newest).messages)
        val chat = opened(alice.chat(ChatSettings(path)))
        val timeline = opened(chat.timeline(room.id))
        assertEquals(3, messages(timeline).first().size)
        assertTrue(chat.syncOnce(Duration.ofSeconds(30)))
        untilSent(timeline, "one", "two", "three")
        assertEquals(listOf("one", "two", "three"), bob.history(room.id, History.Newest).messages.map { it.body })
    }

    @Test
    fun `the list of rooms follows`() = case {
        val (alice, bob, room) = twoInAChannel()
        val chat = started(bob)
        chat.states().first { it is SyncState.Live }
        alice.send(room.id, "hello @bob")
        val rooms = chat.rooms().first { it.singleOrNull()?.unread == Unread(1uL, 1uL) }
        assertEquals(UnreadTotals(1, 1uL, 1uL), chat.unread().first())
        assertEquals("hello @bob", rooms.single().lastMessage?.body)
        opened(chat.timeline(room.id)).markRead(1uL)
        chat.unread().first { it == UnreadTotals(0, 0uL, 0uL) }
        chat.saveDraft(room.id, "I was about")
        chat.rooms().first { it.single().draft == "I was about" }
    }

    @Test
    fun `who has read is told, also after the server was away`() = case {
        val (alice, bob, room) = twoInAChannel()
        alice.send(room.id, "read this")
        val chat = started(alice)
        val told = Channel<List<Receipt>>(Channel.UNLIMITED)
        val telling = launch { chat.readers(room.id).collect { told.send(it) } }
        assertEquals(emptyList<Receipt>(), told.receive())
        server.stop()
        chat.states().first { it !is SyncState.Live }
        server.startAgain()
        opened(started(bob).timeline(room.id)).markRead(1uL)
        assertEquals(listOf("bob" to 1uL), told.receive().map { it.user.username to it.lastReadSeq })
        telling.cancel()
    }

    @Test
    fun `who is there is told as they come and go`() = case {
        val (alice, bob, _) = twoInAChannel()
        val bobs = bob.session()!!.userId
        val seen = started(alice).presences(listOf(bobs))
        seen.first { it[bobs]?.state == PresenceState.Offline }
        val chat = started(bob)
        seen.first { it[bobs]?.state == PresenceState.Online }
        chat.states().first { it is SyncState.Live }
        bob.setPresence(PresenceState.Away)
        seen.first { it[bobs]?.state == PresenceState.Away }
    }

    @Test
    fun `a room screen hears of its room and of its timeline`() = case {
        val (alice, bob, room) = twoInAChannel()
        val chat = started(bob)
        val shown = chat.room(room.id)
        shown.first { it?.name == "general" && it.membership?.role is Role.Member }
        alice.updateRoom(room.id, RoomUpdate(topic = TextPatch.Set("Tea"), slowModeSeconds = 30u))
        shown.first { it?.topic == "Tea" && it.slowModeSeconds == 30u }
        val timeline = opened(chat.timeline(room.id))
        timeline.states().first { it is TimelineState.Idle }
        val elsewhere = opened(chat.timeline(room.id, MessageId("msg_00000000000000000000000000")))
        val failed = elsewhere.states().first { it is TimelineState.Failed } as TimelineState.Failed
        assertTrue(failed.error is CauserieException.NotFound, "${failed.error}")
        assertTrue(elsewhere.state() is TimelineState.Failed)
        bob.leaveRoom(room.id)
        shown.first { it == null }
    }

    @Test
    fun `what the server refuses is kept, to try again or to give up`() = case {
        val (alice, bob, room) = twoInAChannel()
        val chat = started(bob)
        val timeline = opened(chat.timeline(room.id))
        timeline.send("a".repeat(20_000))
        val failed = messages(timeline).first { it.singleOrNull()?.state is SendState.Failed }.single()
        val state = failed.state as SendState.Failed
        assertTrue(state.error is CauserieException.TooLarge || state.error is CauserieException.Invalid, "${state.error}")
        val unsent = chat.unsent().single()
        assertEquals(Triple(room.id, state.entry, "${state.error}"), Triple(unsent.room, unsent.entry, "${unsent.error}"))
        timeline.edit(failed.target, "shorter")
        untilSent(timeline, "shorter")
        assertEquals(emptyList<UnsentMessage>(), chat.unsent())
        assertEquals(listOf("shorter"), alice.history(room.id, History.Newest).messages.map { it.body })
    }

    @Test
    fun `what is kept is found, and gone when it is erased`() = case {
        val (alice, bob, room) = twoInAChannel()
        alice.send(room.id, "Crème brûlée for all")
        val chat = started(bob)
        untilSent(opened(chat.timeline(room.id)), "Crème brûlée for all")
        assertEquals(listOf(1uL), chat.search("creme").map { it.seq })
        chat.erase()
        assertEquals(emptyList<Message>(), chat.search("creme"))
    }
}
