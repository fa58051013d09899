package causerie

import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.channels.trySendBlocking
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.runningFold

/** What [live] gives. */
sealed interface LiveItem {
    /**
     * A message, once and in order.
     *
     * @property message what was written
     * @property cursor where the log stands after it: keep it, and a later start goes on from here
     */
    data class Written(val message: Message, val cursor: Cursor) : LiveItem

    /**
     * What has become of the connection; for an indicator, no action is needed.
     *
     * @property state what it is now
     */
    data class Connection(val state: ConnectionState) : LiveItem
}

/**
 * Follows one room, or with `null` all of the viewer's rooms, those joined later included.
 *
 * The flow is cold: each collector has its own connection. It reconnects by itself, without a gap and without a double,
 * for as long as the session lasts. It never completes: it fails with [CauserieException.SignedOut], or with a refusal
 * that no retry can change, and it ends when its collector is cancelled, which closes the connection. A slow collector
 * costs bounded memory: the library, and then the server, wait for it.
 *
 * @param roomId which room; `null` for all of them
 * @param after where to begin: a [MessagePage.liveCursor], a [Viewer.cursor] or a [LiveItem.Written.cursor]; `null` for
 *   now, which is when the collector starts
 */
fun CauserieClient.live(roomId: RoomId? = null, after: Cursor? = null): Flow<LiveItem> = callbackFlow {
    val listener = object : MessageListener {
        // A closed channel means that the collector is gone; the handle below ends the rest.
        override fun onMessage(message: Message, cursor: Cursor) {
            trySendBlocking(LiveItem.Written(message, cursor))
        }

        override fun onConnection(state: ConnectionState) {
            trySendBlocking(LiveItem.Connection(state))
        }

        override fun onEnd(error: CauserieException) {
            close(error)
        }
    }
    follow(roomId, after, listener).use { awaitClose() }
}

/**
 * The messages of [live] alone.
 *
 * @param roomId which room; `null` for all of them
 * @param after where to begin; `null` for now
 */
fun CauserieClient.messages(roomId: RoomId? = null, after: Cursor? = null): Flow<Message> =
    live(roomId, after).filterIsInstance<LiveItem.Written>().map { it.message }

/** How the app stands to the server: first how it does, then whenever that changes. */
fun Chat.states(): Flow<SyncState> = heard { hear ->
    watchState(object : StateListener {
        override fun onState(state: SyncState) = hear(state)
    })
}

/** The rooms, the one where something was said last first: the whole list, whenever it changes. */
fun Chat.rooms(): Flow<List<RoomListItem>> = roomSteps().lists { applyTo(it) }

/**
 * What is unread in all rooms together, threads apart: for the badge of the app's icon.
 *
 * @property rooms in how many rooms there is something
 * @property messages how much it is
 * @property mentions how much of it mentions the person, or everyone
 */
data class UnreadTotals(val rooms: Int, val messages: ULong, val mentions: ULong)

/** What is unread in all rooms together, first as it is kept, then whenever it changes. */
fun Chat.unread(): Flow<UnreadTotals> = rooms().map { rooms ->
    val unread = rooms.map { it.unread }.filter { it.messages > 0uL }
    UnreadTotals(unread.size, unread.sumOf { it.messages }, unread.sumOf { it.mentions })
}.distinctUntilChanged()

/** The steps by which the list of rooms changes, for a list view that animates: the first one puts in all. */
fun Chat.roomSteps(): Flow<List<RoomListStep>> = heard { hear ->
    watchRooms(object : RoomListListener {
        override fun onSteps(steps: List<RoomListStep>) = hear(steps)
    })
}

/** The lines of the timeline: all of them, whenever they change. */
fun Timeline.lines(): Flow<List<TimelineItem>> = steps().lists { applyTo(it) }

/** The steps by which the lines change, for a list view that animates: the first one puts in all. */
fun Timeline.steps(): Flow<List<TimelineStep>> = heard { hear ->
    watch(object : TimelineListener {
        override fun onSteps(steps: List<TimelineStep>) = hear(steps)
    })
}

/** Whether what is wanted of the timeline is there, for a spinner and for an empty screen: first whether it is, then whenever that changes. */
fun Timeline.states(): Flow<TimelineState> = heard { hear ->
    watchState(object : TimelineStateListener {
        override fun onState(state: TimelineState) = hear(state)
    })
}

/**
 * A room as the chat keeps it, for its title and its composer: first as it is, then whenever it changes; `null` when the viewer
 * is not in it.
 *
 * @param roomId which room
 */
fun Chat.room(roomId: RoomId): Flow<Room?> = heard { hear ->
    watchRoom(roomId, object : RoomListener {
        override fun onRoom(room: Room?) = hear(room)
    })
}

/**
 * How far people have read in a room, the latest readers first: for "read by" under a message, whose readers are those
 * with a [Receipt.lastReadSeq] of at least its `seq`.
 *
 * First as soon as that is known, then whenever it changes, as the chat's connection tells it. Without a network, what was
 * heard last stands.
 *
 * @param roomId which room
 */
fun Chat.readers(roomId: RoomId): Flow<List<Receipt>> = heard { hear ->
    watchReaders(roomId, object : ReadersListener {
        override fun onReaders(readers: List<Receipt>) = hear(readers)
    })
}

/**
 * Whether people are there: for a dot beside their names.
 *
 * First as soon as that is known, then whenever it changes, as the chat's connection tells it. Without a network, what was
 * heard last stands.
 *
 * @param userIds who, at most 100: those on the screen
 */
fun Chat.presences(userIds: List<UserId>): Flow<Map<UserId, Presence>> = heard { hear ->
    watchPresences(userIds, object : PresencesListener {
        override fun onPresences(presences: List<UserPresence>) = hear(presences.associate { it.userId to it.presence })
    })
}

/** Changes a list as the step says. */
fun TimelineStep.applyTo(lines: MutableList<TimelineItem>) = lines.splice(at, removed, values)

/** Changes a list as the step says. */
fun RoomListStep.applyTo(rooms: MutableList<RoomListItem>) = rooms.splice(at, removed, values)

/** What a listener hears, for as long as somebody collects. */
private fun <T> heard(listen: suspend (hear: (T) -> Unit) -> TaskHandle): Flow<T> = callbackFlow {
    // A closed channel means that the collector is gone; the handle ends the rest.
    listen { trySendBlocking(it) }.use { awaitClose() }
}

private fun <Step, Item> Flow<List<Step>>.lists(applyTo: Step.(MutableList<Item>) -> Unit): Flow<List<Item>> =
    runningFold(emptyList<Item>()) { list, steps ->
        list.toMutableList().also { items -> steps.forEach { step -> step.applyTo(items) } }
    }.drop(1)

private fun <T> MutableList<T>.splice(at: UInt, removed: UInt, values: List<T>) {
    subList(at.toInt(), (at + removed).toInt()).run {
        clear()
        addAll(values)
    }
}
