package causerie

import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.channels.trySendBlocking
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
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
fun Chat.states(): Flow<SyncState> = callbackFlow {
    val listener = object : StateListener {
        override fun onState(state: SyncState) {
            trySendBlocking(state)
        }
    }
    watchState(listener).use { awaitClose() }
}

/** The rooms, the one where something was said last first: the whole list, whenever it changes. */
fun Chat.rooms(): Flow<List<RoomListItem>> = roomSteps().runningFold(emptyList<RoomListItem>()) { list, steps ->
    list.toMutableList().also { rooms -> steps.forEach { it.applyTo(rooms) } }
}.drop(1)

/** The steps by which the list of rooms changes, for a list view that animates: first a reset to what it is. */
fun Chat.roomSteps(): Flow<List<RoomListStep>> = callbackFlow {
    val listener = object : RoomListListener {
        override fun onSteps(steps: List<RoomListStep>) {
            trySendBlocking(steps)
        }
    }
    watchRooms(listener).use { awaitClose() }
}

/** The lines of the timeline: all of them, whenever they change. */
fun Timeline.lines(): Flow<List<TimelineItem>> = steps().runningFold(emptyList<TimelineItem>()) { list, steps ->
    list.toMutableList().also { lines -> steps.forEach { it.applyTo(lines) } }
}.drop(1)

/** The steps by which the lines change, for a list view that animates: first a reset to what they are. */
fun Timeline.steps(): Flow<List<TimelineStep>> = callbackFlow {
    val listener = object : TimelineListener {
        override fun onSteps(steps: List<TimelineStep>) {
            trySendBlocking(steps)
        }
    }
    watch(listener).use { awaitClose() }
}

/** Changes a list as the step says. */
fun TimelineStep.applyTo(lines: MutableList<TimelineItem>) {
    when (this) {
        is TimelineStep.Append -> lines += values
        is TimelineStep.Clear -> lines.clear()
        is TimelineStep.PushFront -> lines.add(0, value)
        is TimelineStep.PushBack -> lines.add(value)
        is TimelineStep.PopFront -> lines.removeAt(0)
        is TimelineStep.PopBack -> lines.removeAt(lines.lastIndex)
        is TimelineStep.Insert -> lines.add(index.toInt(), value)
        is TimelineStep.Set -> lines[index.toInt()] = value
        is TimelineStep.Remove -> lines.removeAt(index.toInt())
        is TimelineStep.Truncate -> lines.subList(length.toInt(), lines.size).clear()
        is TimelineStep.Reset -> lines.run { clear(); addAll(values) }
    }
}

/** Changes a list as the step says. */
fun RoomListStep.applyTo(rooms: MutableList<RoomListItem>) {
    when (this) {
        is RoomListStep.Append -> rooms += values
        is RoomListStep.Clear -> rooms.clear()
        is RoomListStep.PushFront -> rooms.add(0, value)
        is RoomListStep.PushBack -> rooms.add(value)
        is RoomListStep.PopFront -> rooms.removeAt(0)
        is RoomListStep.PopBack -> rooms.removeAt(rooms.lastIndex)
        is RoomListStep.Insert -> rooms.add(index.toInt(), value)
        is RoomListStep.Set -> rooms[index.toInt()] = value
        is RoomListStep.Remove -> rooms.removeAt(index.toInt())
        is RoomListStep.Truncate -> rooms.subList(length.toInt(), rooms.size).clear()
        is RoomListStep.Reset -> rooms.run { clear(); addAll(values) }
    }
}
