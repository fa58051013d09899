package causerie

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.params.ParameterizedClass
import org.junit.jupiter.params.provider.MethodSource

@ParameterizedClass
@MethodSource("causerie.DatabaseKt#backends")
class AccountTest(backend: Backend) : Case(backend) {
    @Test
    fun `a person signs up and logs in`() = case {
        val viewer = client().signUp("Alice", PASSWORD, "Alice A.")
        assertEquals("alice" to "Alice A.", viewer.user.username to viewer.user.displayName)
        val again = client()
        assertEquals(viewer.user, again.logIn("alice", PASSWORD).user)
        assertEquals(viewer.user.id to "alice", again.session()?.let { it.userId to it.username })
        assertEquals("Ada", again.setDisplayName("Ada").displayName)
        assertEquals("Ada", again.viewer().user.displayName)
    }

    @Test
    fun `a wrong password has its own error`() = case {
        signedUp("alice")
        val error = assertThrows<CauserieException.WrongCredentials> { client().logIn("alice", "not her password") }
        assertEquals("Wrong username or password.", error.toString())
    }

    @Test
    fun `a refused account says which part is wrong`() = case {
        signedUp("alice")
        val taken = assertThrows<CauserieException.Conflict> { client().signUp("alice", PASSWORD) }
        assertEquals(listOf("username"), taken.field)
        val weak = assertThrows<CauserieException.Invalid> { client().signUp("bob", "password") }
        assertEquals(listOf("password"), weak.field)
    }

    @Test
    fun `a client of no server says so`() = case {
        assertThrows<CauserieException.Setup> { client(url = "chat.example.org") }
        val alice = signedUp("alice")
        server.stop()
        assertThrows<CauserieException.Network> { alice.viewer() }
    }

    @Test
    fun `a session outlives the app`() = case {
        val store = KeptSession()
        signedUp("alice", store)
        val restarted = client(store)
        assertEquals("alice", restarted.restore()?.username)
        assertEquals("alice", restarted.viewer().user.username)
        assertNull(client(KeptSession()).restore())
    }

    @Test
    fun `a session refreshes itself`() = case {
        val store = KeptSession()
        signedUp("alice", store)
        val old = store.expired()
        val restarted = client(old)
        restarted.restore()
        assertEquals("alice", restarted.viewer().user.username)
        assertEquals(2, old.saved.size, "the attempt is kept before it is made, the answer after")
        assertNotEquals(store.text, old.text)
    }

    @Test
    fun `logging out ends the session here and there`() = case {
        val store = KeptSession()
        val alice = signedUp("alice", store)
        val stolen = KeptSession(store.text)
        alice.logOut()
        assertNull(store.text)
        assertNull(alice.session())
        assertThrows<CauserieException.SignedOut> { alice.viewer() }
        val thief = client(stolen).apply { restore() }
        assertThrows<CauserieException.SignedOut> { thief.viewer() }
    }

    @Test
    fun `a store that throws is an error and not a crash`() = case {
        val broken = object : SessionStore {
            override fun load(): String? = error("no key store")

            override fun save(session: String) = throw CallbackException.Failed("no space left")

            override fun clear() = Unit
        }
        val alice = client(broken)
        val unread = assertThrows<CauserieException.SessionStore> { alice.restore() }
        assertEquals(true, "no key store" in unread.reason, unread.reason)
        val unsaved = assertThrows<CauserieException.SessionStore> { alice.signUp("alice", PASSWORD) }
        assertEquals("no space left", unsaved.reason)
    }
}
