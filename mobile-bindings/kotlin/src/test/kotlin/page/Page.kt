/** What the documents show of an app in Kotlin. They quote it from here. */
package page

import causerie.CauserieClient
import causerie.Chat
import causerie.ChatSettings
import causerie.ClientSettings
import causerie.Day
import causerie.PresenceState
import causerie.Role
import causerie.Room
import causerie.RoomId
import causerie.RoomListItem
import causerie.SessionStore
import causerie.Timeline
import causerie.TimelineContent
import causerie.TimelineMessage
import causerie.TimelineState
import causerie.UnsentMessage
import causerie.User
import causerie.UserId
import causerie.applyTo
import causerie.lines
import causerie.presences
import causerie.readers
import causerie.room
import causerie.roomSteps
import causerie.rooms
import causerie.states
import causerie.unread
import java.time.Instant
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.SharingStarted.Companion.WhileSubscribed
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch

private fun show(what: Any) = shown(what)

private fun RoomRow(name: String, newest: String?, badge: ULong, mentioned: Boolean) = shown(name, newest, badge, mentioned)

private fun MessageRow(message: TimelineMessage) = shown(message)

private fun DayRow(day: Day) = shown(day)

private fun NewMessagesRow() = shown()

private fun TypingRow(users: List<User>) = shown(users)

private fun BeginningRow() = shown()

private fun TitleBar(name: String?, topic: String?) = shown(name, topic)

private fun Spinner() = shown()

private fun Hint(text: String) = shown(text)

private fun Composer(isEnabled: Boolean, secondsBetween: UInt) = shown(isEnabled, secondsBetween)

private fun Faces(users: List<User>) = shown(users)

private fun Dot(user: UserId, isGreen: Boolean) = shown(user, isGreen)

suspend fun readme(store: SessionStore, context: Context) = coroutineScope {
    val client = CauserieClient(ClientSettings(serverUrl = "https://chat.example.org"), store)
    if (client.restore() == null) client.logIn("alice", "correct horse battery")

    val room = client.joinChannel("general")

    val chat = client.chat(ChatSettings(path = context.filesDir.resolve("chat.db").path))
    chat.start()
    launch { chat.rooms().collect { show(it) } }

    val timeline = chat.timeline(room.id)
    launch { timeline.lines().collect { show(it) } }
    timeline.send("Hello!")
}

class KeptSession(private val prefs: SharedPreferences) : SessionStore {   // EncryptedSharedPreferences, or your own
    override fun load(): String? = prefs.getString("session", null)
    override fun save(session: String) = prefs.edit(commit = true) { putString("session", session) }
    override fun clear() = prefs.edit(commit = true) { remove("session") }
}

suspend fun begin(context: Context, prefs: SharedPreferences, username: String, password: String): Chat {
    val client = CauserieClient(ClientSettings("https://chat.example.org", device = Build.MODEL), KeptSession(prefs))
    if (client.restore() == null) client.logIn(username, password)             // or signUp

    val chat = client.chat(ChatSettings(path = context.filesDir.resolve("chat.db").path))
    chat.start()

    return chat
}

class RoomsModel(chat: Chat) : ViewModel() {
    val rooms = chat.rooms().stateIn(viewModelScope, WhileSubscribed(5_000), emptyList())
}

@Composable
fun RoomList(model: RoomsModel) {
    val rooms by model.rooms.collectAsState()
    LazyColumn {
        items(rooms, key = { it.id.value }) { room ->
            RoomRow(room.name, room.lastMessage?.body, badge = room.unread.messages, mentioned = room.unread.mentions > 0u)
        }
    }
}

suspend fun animated(chat: Chat, adapter: Adapter) {
    val shown = mutableListOf<RoomListItem>()
    chat.roomSteps().collect { steps ->
        for (step in steps) {
            step.applyTo(shown)
            val (at, removed, added) = listOf(step.at.toInt(), step.removed.toInt(), step.values.size)
            if (removed == added) {
                adapter.notifyItemRangeChanged(at, added)
            } else {
                adapter.notifyItemRangeRemoved(at, removed)
                adapter.notifyItemRangeInserted(at, added)
            }
        }
    }
}

suspend fun badge(chat: Chat, setBadge: (Int) -> Unit) {
    chat.unread().collect { setBadge(it.rooms) }
}

suspend fun unsent(chat: Chat, ask: suspend (UnsentMessage) -> Boolean) {
    for (message in chat.unsent().filter { it.error != null }) {
        if (ask(message)) chat.retry(message.entry) else chat.discard(message.entry)
    }
}

class RoomModel(chat: Chat, roomId: RoomId, timeline: Timeline) : ViewModel() {
    val room = chat.room(roomId).stateIn(viewModelScope, WhileSubscribed(5_000), null)
    val lines = timeline.lines().stateIn(viewModelScope, WhileSubscribed(5_000), emptyList())
    val state = timeline.states().stateIn(viewModelScope, WhileSubscribed(5_000), TimelineState.Loading)
}

@Composable
fun RoomScreen(model: RoomModel) {
    val lines by model.lines.collectAsState()
    LazyColumn(reverseLayout = true) {
        items(lines.asReversed(), key = { it.key }) { line ->
            when (val content = line.content) {
                is TimelineContent.Message -> MessageRow(content.message)
                is TimelineContent.DayDivider -> DayRow(content.day)
                TimelineContent.ReadMarker -> NewMessagesRow()
                is TimelineContent.Typing -> TypingRow(content.users)
                TimelineContent.Start -> BeginningRow()
            }
        }
    }
}

@Composable
fun Frame(model: RoomModel) {
    val room by model.room.collectAsState()
    val state by model.state.collectAsState()
    val lines by model.lines.collectAsState()
    TitleBar(room?.name, room?.topic)
    when (val now = state) {
        TimelineState.Loading -> Spinner()
        TimelineState.Idle -> if (lines.isEmpty()) Hint("Nothing was said here yet.")
        is TimelineState.Failed -> Hint("This is not there: ${now.error.message}")
    }
    Composer(isEnabled = room?.let { mayWrite(it) } ?: false, secondsBetween = room?.slowModeSeconds ?: 0u)
}

fun mayWrite(room: Room): Boolean {
    val own = room.membership ?: return false
    val isMuted = own.mutedUntil?.isAfter(Instant.now()) ?: false
    val isForOthers = room.announcementOnly && own.role is Role.Member
    return room.archivedAt == null && !isMuted && !isForOthers
}

@Composable
fun ReadBy(chat: Chat, room: RoomId, newest: ULong) {
    val readers by remember(room) { chat.readers(room) }.collectAsState(emptyList())
    Faces(readers.filter { it.lastReadSeq >= newest }.map { it.user })
}

@Composable
fun Dots(chat: Chat, rooms: List<RoomListItem>) {
    val people = rooms.mapNotNull { it.otherUser?.id }.take(100)
    val presences by remember(people) { chat.presences(people) }.collectAsState(emptyMap())
    people.forEach { Dot(it, isGreen = presences[it]?.state == PresenceState.Online) }
}
