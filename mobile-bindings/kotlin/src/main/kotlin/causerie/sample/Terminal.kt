/**
 * A terminal chat: prints what is written in one channel, and sends what is typed.
 */
package causerie.sample

import causerie.CauserieClient
import causerie.CauserieException
import causerie.ClientSettings
import causerie.NewRoom
import causerie.Room
import causerie.RoomKind
import causerie.messages
import java.io.FileDescriptor
import java.io.FileOutputStream
import java.io.PrintStream
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

private const val USAGE = "usage: Terminal SERVER_URL USERNAME PASSWORD CHANNEL [--register]"

// Java 17 takes the platform's character set unless told otherwise.
private val out = PrintStream(FileOutputStream(FileDescriptor.out), true, Charsets.UTF_8)
private val err = PrintStream(FileOutputStream(FileDescriptor.err), true, Charsets.UTF_8)
private val input = System.`in`.bufferedReader(Charsets.UTF_8)

fun main(args: Array<String>) {
    val register = "--register" in args
    val words = args.filter { it != "--register" }
    if (words.size != 4 || words.any { it.startsWith("--") }) {
        err.println(USAGE)
        exitProcess(2)
    }
    System.getenv("CAUSERIE_MOBILE_LIB")?.let {
        System.setProperty("uniffi.component.causerie_mobile.libraryOverride", it)
    }
    val (server, username, password, channel) = words
    try {
        runBlocking { chat(server, username, password, channel, register) }
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

private suspend fun chat(server: String, username: String, password: String, channel: String, register: Boolean) {
    CauserieClient(ClientSettings(serverUrl = server, device = "Terminal")).use { client ->
        val viewer = if (register) client.signUp(username, password) else client.logIn(username, password)
        val room = client.joinOrCreate(channel)
        runBlocking {
            // From the position at sign-in, so that nothing is missed between joining and following.
            val printing = launch { client.messages(room.id, viewer.cursor).collect { out.println(line(it)) } }
            sendEachLine(client, room, printing)
            err.println("joined ${room.name}")
        }
        client.logOut()
    }
}

private fun CoroutineScope.sendEachLine(client: CauserieClient, room: Room, printing: Job) = launch {
    while (true) {
        val line = withContext(Dispatchers.IO) { input.readLine() } ?: break
        if (line.isBlank()) continue
        try {
            client.send(room.id, line)
        } catch (error: CauserieException) {
            err.println("error: not sent: $error")
        }
    }
    printing.cancel()
}

/** Two people may create the channel at the same moment; the later one joins the earlier one's. */
private suspend fun CauserieClient.joinOrCreate(channel: String): Room =
    try {
        joinChannel(channel)
    } catch (_: CauserieException.NotFound) {
        try {
            createRoom(NewRoom(RoomKind.Channel, channel))
        } catch (_: CauserieException.Conflict) {
            joinChannel(channel)
        }
    }

private fun line(message: causerie.Message) = "${message.author.username}: ${message.body.replace("\n", "\\n")}"
