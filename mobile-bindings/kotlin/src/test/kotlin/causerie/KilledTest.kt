package causerie

import java.nio.file.Files
import kotlin.random.Random
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The sample, killed again and again while it sends. */
class KilledTest : Case(Backend.SQLITE) {
    private val folder = Files.createTempDirectory("causerie-killed-").also { opened(AutoCloseable { it.toFile().deleteRecursively() }) }

    @Test
    fun `a thousand messages arrive once and in order, however often their sender is killed`() = runBlocking(Dispatchers.IO) {
        withTimeout(10.minutes) {
            val reader = signedUp("reader")
            val room = reader.createRoom(NewRoom(RoomKind.Channel, "general"))
            signedUp("sender")
            val random = Random(SEED)
            var kills = 0
            while (reader.newest(room.id) < MESSAGES) {
                val sender = Sender()
                // Whatever an earlier run kept is either waiting here or there already.
                val kept = maxOf(reader.newest(room.id), sender.waiting.maxOrNull() ?: 0)
                val feed = (kept + 1..minOf(MESSAGES, kept + random.nextInt(1, MOST_AT_ONCE))).toList()
                sender.say(feed)
                if (kept + feed.size < MESSAGES || kills < LEAST_KILLS) {
                    // Up to here the sender has heard of its own messages; what comes after is anywhere on its way.
                    sender.hear(feed.size * random.nextInt(0, 3) / 2)
                    sender.kill()
                    kills += 1
                } else {
                    assertEquals(0, sender.end())
                }
            }
            assertTrue(kills >= LEAST_KILLS, "$kills")
            assertEquals((1..MESSAGES).toList(), reader.all(room.id))
        }
    }

    private suspend fun CauserieClient.newest(room: RoomId): Int =
        history(room, History.Newest, 1u).messages.lastOrNull()?.body?.toInt() ?: 0

    private suspend fun CauserieClient.all(room: RoomId): List<Int> {
        val bodies = mutableListOf<Int>()
        var page = history(room, History.Oldest, 100u)
        while (true) {
            bodies += page.messages.map { it.body.toInt() }
            page = history(room, History.After(page.newer ?: return bodies), 100u)
        }
    }

    private inner class Sender {
        private val process = ProcessBuilder(
            "${System.getProperty("java.home")}/bin/java",
            "-cp",
            "target/classes:target/dependency/*",
            "causerie.sample.TerminalKt",
            server.url, "sender", PASSWORD, "general", "--store=${folder.resolve("chat.db")}",
        ).apply {
            environment()["CAUSERIE_MOBILE_LIB"] =
                System.getProperty("uniffi.component.causerie_mobile.libraryOverride")
        }.start().also { opened(AutoCloseable { it.destroyForcibly() }) }

        private val lines = process.inputStream.bufferedReader()

        /** What it kept and has not sent. */
        val waiting: List<Int>

        init {
            val said = process.errorStream.bufferedReader().lineSequence().takeWhile { it != "joined general" }.toList()
            assertTrue(said.all { it.startsWith("waiting: ") }, "$said")
            waiting = said.map { it.removePrefix("waiting: ").toInt() }
        }

        fun say(numbers: List<Int>) = process.outputStream.run {
            write(numbers.joinToString("") { "$it\n" }.toByteArray())
            flush()
        }

        fun hear(count: Int) = repeat(count) { lines.readLine() }

        /** SIGKILL: nothing is finished, nothing is closed. */
        fun kill() {
            process.destroyForcibly().waitFor()
        }

        fun end(): Int {
            process.outputStream.close()
            while (lines.readLine() != null) continue
            return process.waitFor()
        }
    }

    private companion object {
        const val MESSAGES = 1_000
        const val MOST_AT_ONCE = 120
        const val LEAST_KILLS = 10
        const val SEED = 4711
    }
}
