package causerie

import java.lang.management.ManagementFactory
import java.lang.ref.WeakReference
import java.nio.file.Files
import java.nio.file.Path
import kotlin.time.TimeSource
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What listens and is let go leaves nothing behind, on either side of the boundary. */
class LeakTest : Case(Backend.SQLITE) {
    @Test
    fun `ten thousand listeners leave nothing behind`() = case(PATIENCE * 5) {
        val bob = signedUp("bob")
        val room = bob.createRoom(NewRoom(RoomKind.Channel, "general"))
        val chat = opened(bob.chat(ChatSettings()))
        val timeline = opened(chat.timeline(room.id))
        listen(chat, timeline, WARM_UP)
        val (heap, process) = settledHeapBytes() to residentBytes()
        listen(chat, timeline, ROUNDS)
        val (heapAfter, processAfter) = settledHeapBytes(atMost = heap + TOLERATED_HEAP) to residentBytes()
        println("heap $heap, then $heapAfter bytes; process $process, then $processAfter bytes")
        assertTrue(heapAfter - heap < TOLERATED_HEAP, "the heap had $heap bytes, and has $heapAfter")
        assertTrue(processAfter - process < TOLERATED, "the process had $process bytes, and has $processAfter")
    }

    private suspend fun listen(chat: Chat, timeline: Timeline, rounds: Int) {
        val listeners = List(rounds) {
            chat.states().first()
            chat.rooms().first()
            val listener = Silent()
            timeline.watch(listener).close()
            WeakReference(listener)
        }
        while (listeners.any { it.get() != null }) {
            System.gc()
            delay(1)
        }
    }

    /** Cleaners free what they are for some time after it was found to be garbage: once that is done, or takes too long. */
    private suspend fun settledHeapBytes(atMost: Long = Long.MAX_VALUE): Long {
        val patience = TimeSource.Monotonic.markNow() + PATIENCE
        var last = Long.MAX_VALUE
        var now = heapBytes()
        while (now < last || (now >= atMost && patience.hasNotPassedNow())) {
            delay(10)
            last = now
            now = heapBytes()
        }
        return now
    }

    private fun heapBytes(): Long {
        System.gc()
        return ManagementFactory.getMemoryMXBean().heapMemoryUsage.used
    }

    private fun residentBytes(): Long {
        val status = Files.readAllLines(Path.of("/proc/self/status"))
        return status.first { it.startsWith("VmRSS:") }.split(Regex("\\s+"))[1].toLong() * 1024
    }

    private class Silent : TimelineListener {
        override fun onSteps(steps: List<TimelineStep>) = Unit
    }

    private companion object {
        /** After so many, what is called often is compiled, and pools have what they need. */
        const val WARM_UP = 5_000
        const val ROUNDS = 10_000

        /** 26 bytes a round, for three listeners: an object that stays is more. What is seen is 3 bytes. */
        const val TOLERATED_HEAP = 256 shl 10

        /**
         * 200 bytes a round: a task that stays in the library is more. What is seen is 50 bytes, of what the JVM compiles.
         * The heap is no part of what grows: it is there from the beginning (pom.xml).
         */
        const val TOLERATED = 2 shl 20
    }
}
