package causerie

import java.time.Duration
import java.time.Instant
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.params.ParameterizedClass
import org.junit.jupiter.params.provider.MethodSource

/** One call of each noun, with what it takes and gives. */
@ParameterizedClass
@MethodSource("causerie.DatabaseKt#backends")
class CallsTest(backend: Backend) : Case(backend) {
    private fun later(): Instant = Instant.ofEpochMilli(Instant.now().plus(Duration.ofHours(1)).toEpochMilli())

    private suspend fun CauserieClient.id() = viewer().user.id

    @Test
    fun `a profile changes by what is given`() = case {
        val (alice, bob, _) = twoInAChannel()
        val status = UserStatus("At lunch", "🍲", later())
        alice.updateProfile(ProfileUpdate(bio = TextPatch.Set("Two\nlines"), status = StatusPatch.Set(status)))
        val seen = bob.profileByUsername("ALICE")!!
        assertEquals("Two\nlines" to status, seen.bio to seen.status)
        val left = alice.updateProfile(ProfileUpdate(bio = TextPatch.Clear))
        assertEquals(null to status, left.bio to left.status)
        assertEquals(listOf("alice"), bob.users("ali").items.map { it.username })
        assertNull(bob.profileByUsername("nobody"))
    }

    @Test
    fun `who is blocked cannot write directly`() = case {
        val (alice, bob, _) = twoInAChannel()
        val direct = bob.openDirectRoom(alice.id())
        alice.blockUser(bob.id())
        assertEquals(listOf("bob"), alice.blockedUsers().map { it.username })
        assertThrows<CauserieException.Forbidden> { bob.send(direct.id, "hello?") }
        alice.unblockUser(bob.id())
        bob.send(direct.id, "hello!")
    }

    @Test
    fun `presence and receipts are there to ask for`() = case {
        val (alice, bob, room) = twoInAChannel()
        val listener = listen(bob.live())
        listener.untilConnected()
        val bobs = bob.id()
        val seen = flow { while (true) emit(alice.presence(listOf(bobs)).single().presence.state) }
        seen.first { it == PresenceState.Online }
        bob.setPresence(PresenceState.Away)
        seen.first { it == PresenceState.Away }
        assertEquals(emptyList<Receipt>(), alice.receipts(room.id))
        listener.cancel()
    }

    @Test
    fun `sessions are listed and ended`() = case {
        val first = signedUp("alice")
        val second = client().apply { logIn("alice", PASSWORD) }
        val other = first.sessions().single { !it.isCurrent }
        assertEquals("JUnit", other.device)
        first.revokeSession(other.id)
        assertThrows<CauserieException.SignedOut> { second.viewer() }
        assertThrows<CauserieException.WrongCredentials> { first.changePassword("not hers", "another horse battery") }
        assertEquals("ada", first.changeUsername("ada").username)
        first.deleteAccount(PASSWORD, AccountMessages.DELETE)
        assertNull(first.session())
    }

    @Test
    fun `a room is kept`() = case {
        val (alice, bob, room) = twoInAChannel()
        val update = RoomUpdate(topic = TextPatch.Set("Milk first?"), slowModeSeconds = 60u)
        val changed = alice.updateRoom(room.id, update)
        assertEquals("Milk first?" to 60u, changed.topic to changed.slowModeSeconds)
        alice.setMemberRole(room.id, bob.id(), Role.Admin)
        alice.removeMember(room.id, bob.id())
        val end = later()
        val invite = alice.createInvite(room.id, expiresAt = end, maxUses = 1u)
        assertEquals(end to 1u, invite.expiresAt to invite.maxUses)
        assertEquals(listOf(invite), alice.invites(room.id).items)
        assertEquals(room.id, bob.joinByInvite(invite.code).id)
        assertThrows<CauserieException.Expired> { signedUp("carol").joinByInvite(invite.code) }
    }

    @Test
    fun `a room is kept in peace`() = case {
        val (alice, bob, room) = twoInAChannel()
        alice.muteMember(room.id, bob.id(), later(), "Calm down")
        assertThrows<CauserieException.Muted> { bob.send(room.id, "but") }
        alice.unmuteMember(room.id, bob.id())
        alice.banMember(room.id, bob.id(), reason = "Spam")
        assertThrows<CauserieException.Banned> { bob.joinRoom(room.id) }
        assertEquals(listOf("Spam" to null), alice.bans(room.id).items.map { it.reason to it.expiresAt })
        val newest = alice.auditLog(room.id, limit = 1u)
        assertEquals(listOf(AuditAction.Ban), newest.items.map { it.action })
        assertNotNull(newest.next)
        alice.unbanMember(room.id, bob.id())
        bob.joinRoom(room.id)
    }

    @Test
    fun `a message is pinned, forwarded and scheduled`() = case {
        val (alice, bob, room) = twoInAChannel()
        val said = alice.send(room.id, "worth repeating")
        assertNotNull(bob.pinMessage(said.id).pinnedAt)
        assertEquals(listOf(said.id), alice.pinnedMessages(room.id).map { it.id })
        assertNull(alice.unpinMessage(said.id).pinnedAt)
        val key = ClientId.random()
        val forwarded = bob.forward(said.id, room.id, key)
        assertEquals("alice", forwarded.forwardedFrom?.author?.username)
        assertEquals(forwarded.id, bob.forward(said.id, room.id, key).id, "once under one key")
        assertEquals(emptyList<MessageVersion>(), alice.messageVersions(said.id))

        val scheduled = alice.scheduleMessage(NewScheduledMessage(room.id, "later", later(), replyTo = said.id))
        assertEquals(said.id, scheduled.replyTo)
        assertEquals(listOf(scheduled), alice.scheduledMessages())
        alice.cancelScheduledMessage(scheduled.id)
        assertThrows<CauserieException.NotFound> { alice.cancelScheduledMessage(scheduled.id) }
        assertThrows<CauserieException.Invalid> { alice.followThread(said.id) }
        assertTrue(alice.threads().items.isEmpty())
    }
}
