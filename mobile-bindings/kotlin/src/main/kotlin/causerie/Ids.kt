package causerie

import java.util.UUID

/** A person: `usr_…`. */
@JvmInline
value class UserId(val value: String) {
    override fun toString() = value
}

/** One sign-in on one device: `ses_…`. */
@JvmInline
value class SessionId(val value: String) {
    override fun toString() = value
}

/** A channel, group or direct room: `room_…`. */
@JvmInline
value class RoomId(val value: String) {
    override fun toString() = value
}

/** A message: `msg_…`. */
@JvmInline
value class MessageId(val value: String) {
    override fun toString() = value
}

/** A message that is to be sent later: `sch_…`. */
@JvmInline
value class ScheduledMessageId(val value: String) {
    override fun toString() = value
}

/**
 * The app's own key of a message, chosen before the first attempt to send it: sending again under the same key gives
 * the first message back, whatever became of the earlier answers.
 */
@JvmInline
value class ClientId(val value: String) {
    override fun toString() = value

    companion object {
        /** A key that no other message has. */
        fun random() = ClientId(UUID.randomUUID().toString())
    }
}

/** A position in the server's event log. Only equality means anything to an app; its order is the server's. */
@JvmInline
value class Cursor(val value: String) {
    override fun toString() = value
}

/** Something that the person did and the server refused: give it to [Chat.retry] or [Chat.discard]. */
@JvmInline
value class EntryId(val value: Long) {
    override fun toString() = value.toString()
}
