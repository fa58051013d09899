package causerie

import java.util.concurrent.TimeUnit.SECONDS
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** The sample, as the README starts it. */
class TerminalTest : Case(Backend.SQLITE) {
    @Test
    fun `two terminals talk`() {
        val alice = Terminal(server.url, "alice", PASSWORD, "general", "--register")
        assertEquals("joined general", alice.errors.readLine())
        val bob = Terminal(server.url, "bob", PASSWORD, "general", "--register")
        assertEquals("joined general", bob.errors.readLine())
        alice.say("Grüße, 世界 👋")
        assertEquals("alice: Grüße, 世界 👋", bob.lines.readLine())
        bob.say("pong")
        assertEquals(listOf("alice: Grüße, 世界 👋", "bob: pong"), List(2) { alice.lines.readLine() })
        assertEquals(listOf(0, 0), listOf(alice, bob).map { it.end() })
    }

    @Test
    fun `what cannot be done is said`() {
        val stranger = Terminal(server.url, "nobody", PASSWORD, "general")
        assertEquals("error: Wrong username or password.", stranger.errors.readLine())
        assertEquals(1, stranger.end())
        val lost = Terminal("http://127.0.0.1:1", "alice", PASSWORD, "general")
        assertEquals("error: No answer from the server: ", lost.errors.readLine().take(34))
        assertEquals(1, lost.end())
        assertEquals(2, Terminal("--help").end())
    }

    private inner class Terminal(vararg arguments: String) {
        private val process: Process = ProcessBuilder(
            "${System.getProperty("java.home")}/bin/java",
            "-cp",
            "target/classes:target/dependency/*",
            "causerie.sample.TerminalKt",
            *arguments,
        ).apply {
            environment()["CAUSERIE_MOBILE_LIB"] =
                System.getProperty("uniffi.component.causerie_mobile.libraryOverride")
        }.start().also { opened(AutoCloseable { it.destroyForcibly() }) }

        val lines = process.inputStream.bufferedReader()
        val errors = process.errorStream.bufferedReader()

        fun say(line: String) = process.outputStream.run {
            write("$line\n".toByteArray())
            flush()
        }

        /** Closes its input, and waits for its exit code. */
        fun end(): Int {
            process.outputStream.close()
            check(process.waitFor(PATIENCE.inWholeSeconds, SECONDS)) { "it does not end" }
            return process.exitValue()
        }
    }
}
