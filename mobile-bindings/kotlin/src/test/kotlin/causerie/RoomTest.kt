package causerie

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.params.ParameterizedClass
import org.junit.jupiter.params.provider.MethodSource

@ParameterizedClass
@MethodSource("causerie.DatabaseKt#backends")
class RoomTest(backend: Backend) : Case(backend) {
    @Test
    fun `a channel is made, found, joined and left`() = case {
        val (alice, bob, room) = twoInAChannel()
        assertEquals(Role.Owner, room.membership?.role)
        assertEquals(listOf("general"), bob.channels("gen").items.map { it.name })
        assertEquals(setOf("alice", "bob"), alice.members(room.id).items.map { it.user.username }.toSet())
        assertEquals(room.id, bob.joinRoom(room.id).id, "joining again is fine")
        assertThrows<CauserieException.Conflict> { bob.createRoom(NewRoom(RoomKind.Channel, "General")) }
        assertThrows<CauserieException.NotFound> { bob.joinChannel("nowhere") }
        bob.leaveRoom(room.id)
        assertNull(bob.room(room.id)?.membership)
        assertThrows<CauserieException.Forbidden> { bob.send(room.id, "still here?") }
    }

    @Test
    fun `rooms come by latest activity, page by page`() = case {
        val alice = signedUp("alice")
        val rooms = listOf("one", "two", "three").map { alice.createRoom(NewRoom(RoomKind.Channel, it)) }
        alice.send(rooms[0].id, "wake up")
        val first = alice.rooms(limit = 2u)
        assertEquals(listOf("one", "three"), first.items.map { it.name })
        assertEquals("wake up", first.items[0].lastMessage?.body)
        val second = alice.rooms(limit = 2u, after = first.next)
        assertEquals(listOf("two"), second.items.map { it.name })
        assertNull(second.next)
    }

    @Test
    fun `two people have one direct room`() = case {
        val (alice, bob) = signedUp("alice") to signedUp("bob")
        val hers = alice.openDirectRoom(bob.viewer().user.id)
        val his = bob.openDirectRoom(alice.viewer().user.id)
        assertEquals(hers.id, his.id)
        assertEquals("bob" to "alice", hers.name to his.name)
    }

    @Test
    fun `a group is for its members`() = case {
        val (alice, bob, carol) = listOf("alice", "bob", "carol").map { signedUp(it) }
        val group = alice.createRoom(NewRoom(RoomKind.Group, "plans", members = listOf(bob.viewer().user.id)))
        assertEquals("plans", bob.room(group.id)?.name)
        assertNull(carol.room(group.id))
    }

    @Test
    fun `history is read both ways and around a message`() = case {
        val (alice, bob, room) = twoInAChannel()
        val sent = (1..7).map { alice.send(room.id, "$it") }
        assertEquals((1uL..7uL).toList(), sent.map { it.seq })
        val newest = bob.history(room.id, History.Newest, 3u)
        assertEquals(listOf("5", "6", "7"), newest.messages.map { it.body })
        assertNull(newest.newer)
        val older = bob.history(room.id, History.Before(newest.older!!), 3u)
        assertEquals(listOf("2", "3", "4"), older.messages.map { it.body })
        val oldest = bob.history(room.id, History.Before(older.older!!), 3u)
        assertEquals(listOf("1"), oldest.messages.map { it.body })
        assertNull(oldest.older)
        val newer = bob.history(room.id, History.After(older.newer!!), 3u)
        assertEquals(newest.messages, newer.messages)
        val around = bob.history(room.id, History.Around(sent[3].id), 3u)
        assertEquals(listOf("3", "4", "5"), around.messages.map { it.body })
    }

    @Test
    fun `a key sends one message however often`() = case {
        val (alice, _, room) = twoInAChannel()
        val key = ClientId.random()
        val first = alice.send(room.id, "once", key)
        assertEquals(key, first.clientId)
        assertEquals(first, alice.send(room.id, "once", key))
        assertThrows<CauserieException.Conflict> { alice.send(room.id, "something else", key) }
        assertEquals(listOf(first), alice.history(room.id, History.Newest).messages)
    }

    @Test
    fun `a body is kept as it was written`() = case {
        val (alice, _, room) = twoInAChannel()
        val body = "e\u0301 is not \u00e9; 👩‍👩‍👧; \u202eשלום\n\t*done*"
        assertEquals(body, alice.send(room.id, body).body)
        assertThrows<CauserieException.Invalid> { alice.send(room.id, "   ") }
    }
}
