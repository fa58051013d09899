/**
 * A terminal chat: prints what is written in one channel, and sends what is typed, in the end whatever the network does.
 */
package causerie.sample

import causerie.CauserieClient
import causerie.CauserieException
import causerie.ChatSettings
import causerie.ClientSettings
import causerie.EntryId
import causerie.NewRoom
import causerie.RoomId
import causerie.RoomKind
import causerie.SendState
import causerie.SessionStore
import causerie.SyncState
import causerie.Timeline
import causerie.TimelineContent
import causerie.TimelineItem
import causerie.TimelineMessage
import causerie.lines
import causerie.states
import java.io.FileDescriptor
import java.io.FileOutputStream
import java.io.PrintStream
import java.nio.file.Path
import java.nio.file.StandardCopyOption
import java.time.Duration
import kotlin.io.path.deleteIfExists
import kotlin.io.path.exists
import kotlin.io.path.moveTo
import kotlin.io.path.readText
import kotlin.io.path.writeText
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

private const val USAGE = "usage: Terminal SERVER_URL USERNAME PASSWORD CHANNEL [--register] [--store=FILE]"
private const val STORE = "--store="

// Java 17 takes the platform's character set unless told otherwise.
private val out = PrintStream(FileOutputStream(FileDescriptor.out), true, Charsets.UTF_8)
private val err = PrintStream(FileOutputStream(FileDescriptor.err), true, Charsets.UTF_8)
private val input = System.`in`.bufferedReader(Charsets.UTF_8)

fun main(args: Array<String>) {
    val store = args.firstOrNull { it.startsWith(STORE) }?.removePrefix(STORE)
    val words = args.filter { it != "--register" && !it.startsWith(STORE) }
    if (words.size != 4 || words.any { it.startsWith("--") }) {
        err.println(USAGE)
        exitProcess(2)
    }
    System.getenv("CAUSERIE_MOBILE_LIB")?.let {
        System.setProperty("uniffi.component.causerie_mobile.libraryOverride", it)
    }
    val (server, username, password, channel) = words
    try {
        val session = store?.let { SessionFile(Path.of("$it.session")) }
        CauserieClient(ClientSettings(serverUrl = server, device = "Terminal"), session).use { client ->
            runBlocking {
                when {
                    "--register" in args -> client.signUp(username, password)
                    client.restore() == null -> client.logIn(username, password)
                }
                client.talk(client.joinOrCreate(channel), channel, store)
                if (store == null) client.logOut()
            }
        }
    } catch (error: CauserieException) {
        err.println("error: $error")
        exitProcess(1)
    } catch (error: UnsatisfiedLinkError) {
        err.println("error: the native library is not found; set CAUSERIE_MOBILE_LIB to its path")
        exitProcess(1)
    }
    // Reading the terminal cannot be cancelled, so the process does not wait for it.
    exitProcess(0)
}

/** Keeps the session beside the chat. An app keeps it in the platform's key store: whoever has it is the person signed in. */
private class SessionFile(private val file: Path) : SessionStore {
    override fun load(): String? = if (file.exists()) file.readText() else null

    override fun save(session: String) {
        val written = file.resolveSibling("${file.fileName}.new")
        written.writeText(session)
        written.moveTo(file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING)
    }

    override fun clear() {
        file.deleteIfExists()
    }
}

/** With a store, what was typed into an earlier run and not sent is sent now; which that is comes first. */
private suspend fun CauserieClient.talk(room: RoomId, channel: String, store: String?) =
    chat(ChatSettings(path = store)).use { chat ->
        chat.timeline(room).use { timeline ->
            val waiting = timeline.lines().first().mapNotNull { it.message() }.filter { it.state is SendState.Sending }
            waiting.forEach { err.println("waiting: ${it.body}") }
            chat.start()
            runBlocking {
                val printing = print(timeline)
                chat.states().first { it is SyncState.Live }
                err.println("joined $channel")
                sendEachLine(timeline)
                // Whoever closes the terminal has said what they wanted to say: it is sent before the end.
                if (!chat.syncOnce(Duration.ofSeconds(30))) err.println("error: not everything is sent")
                printing.cancelAndJoin()
            }
        }
    }

/** Each message once: when it is there. */
private fun CoroutineScope.print(timeline: Timeline): Job = launch {
    var printed = 0uL
    val refused = mutableSetOf<EntryId>()
    timeline.lines().collect { lines ->
        for (message in lines.mapNotNull { it.message() }) {
            val state = message.state
            val seq = message.seq ?: 0uL
            if (state is SendState.Failed && refused.add(state.entry)) err.println("error: not sent: ${state.error}")
            if (seq <= printed) continue
            printed = seq
            out.println("${message.author.username}: ${message.body.replace("\n", "\\n")}")
        }
    }
}

private fun TimelineItem.message(): TimelineMessage? = (content as? TimelineContent.Message)?.message

private suspend fun sendEachLine(timeline: Timeline) {
    while (true) {
        val line = withContext(Dispatchers.IO) { input.readLine() } ?: break
        if (line.isNotBlank()) timeline.send(line)
    }
}

/** Two people may create the channel at the same moment; the later one joins the earlier one's. */
private suspend fun CauserieClient.joinOrCreate(channel: String): RoomId =
    try {
        joinChannel(channel)
    } catch (_: CauserieException.NotFound) {
        try {
            createRoom(NewRoom(RoomKind.Channel, channel))
        } catch (_: CauserieException.Conflict) {
            joinChannel(channel)
        }
    }.id
