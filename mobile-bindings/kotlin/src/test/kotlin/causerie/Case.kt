package causerie

import java.util.Collections
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterEach

/** Long enough for anything that is going to happen on a busy machine; no case passes by waiting. */
val PATIENCE = 60.seconds

const val PASSWORD = "correct horse battery"

/** A case with a server of its own, and clients that are closed with it. */
abstract class Case(backend: Backend) {
    val server = Server(backend)
    private val opened: MutableList<AutoCloseable> = Collections.synchronizedList(mutableListOf())

    @AfterEach
    fun end() {
        opened.asReversed().forEach { it.close() }
        server.close()
    }

    fun case(patience: Duration = PATIENCE, block: suspend CoroutineScope.() -> Unit) = runBlocking(Dispatchers.Default) {
        withTimeout(patience) { coroutineScope(block) }
    }

    fun <T : AutoCloseable> opened(thing: T): T = thing.also { opened += it }

    fun client(store: SessionStore? = null, url: String = server.url) =
        opened(CauserieClient(ClientSettings(serverUrl = url, device = "JUnit"), store))

    suspend fun signedUp(username: String, store: SessionStore? = null) =
        client(store).apply { signUp(username, PASSWORD) }

    /** Alice and Bob in the channel `general`. */
    suspend fun twoInAChannel(): Triple<CauserieClient, CauserieClient, Room> {
        val (alice, bob) = signedUp("alice") to signedUp("bob")
        val room = alice.createRoom(NewRoom(RoomKind.Channel, "general"))
        bob.joinChannel("general")
        return Triple(alice, bob, room)
    }
}

/** Somebody who collects live messages. */
class Listener(scope: CoroutineScope, flow: Flow<LiveItem>) {
    private val items = Channel<Result<LiveItem>>(Channel.UNLIMITED)
    private val job: Job = scope.launch {
        flow.catch { items.send(Result.failure(it)) }.collect { items.send(Result.success(it)) }
        items.close()
    }

    suspend fun untilConnected() {
        while (items.receive().getOrThrow() != LiveItem.Connection(ConnectionState.Connected)) continue
    }

    /** The next message, past what is said of the connection; throws what the flow fails with. */
    suspend fun message(): LiveItem.Written {
        while (true) {
            val item = items.receive().getOrThrow()
            if (item is LiveItem.Written) return item
        }
    }

    suspend fun bodies(count: Int) = List(count) { message().message.body }

    /** What the flow fails with, when nothing else comes before. */
    suspend fun failure(): Throwable {
        while (true) items.receive().onFailure { return it }
    }

    suspend fun cancel() = job.cancelAndJoin()
}

fun CoroutineScope.listen(flow: Flow<LiveItem>) = Listener(this, flow)

/** What the app keeps between starts, and how often it was told to. */
class KeptSession(@Volatile var text: String? = null) : SessionStore {
    val saved: MutableList<String> = Collections.synchronizedList(mutableListOf())

    override fun load() = text

    override fun save(session: String) {
        saved += session
        text = session
    }

    override fun clear() {
        text = null
    }

    /** The same session with its access token at the end of its life. */
    fun expired() = KeptSession(Regex("\"expires_at\":\"[^\"]*\"").replace(text!!, "\"expires_at\":\"2020-01-01T00:00:00Z\""))
}
