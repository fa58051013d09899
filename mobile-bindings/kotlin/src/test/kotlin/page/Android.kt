/** What Android and Compose have, as far as the documents name it: so that what they show is compiled. */
package page

import java.io.File
import kotlin.reflect.KProperty
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow

annotation class Composable

object Build {
    const val MODEL = "a phone"
}

class Context(val filesDir: File)

interface SharedPreferences {
    fun getString(name: String, default: String?): String?

    interface Editor {
        fun putString(name: String, value: String): Editor

        fun remove(name: String): Editor
    }
}

fun SharedPreferences.edit(commit: Boolean, change: SharedPreferences.Editor.() -> Unit) = shown(commit, change)

open class ViewModel

val ViewModel.viewModelScope: CoroutineScope get() = CoroutineScope(Dispatchers.Default)

class State<T>(val value: T) {
    operator fun getValue(owner: Any?, property: KProperty<*>): T = value
}

fun <T> StateFlow<T>.collectAsState() = State(value)

fun <T> Flow<T>.collectAsState(initial: T) = State(initial).also { shown(this) }

fun <T> remember(key: Any, make: () -> T): T = make().also { shown(key) }

class LazyListScope {
    fun <T> items(items: List<T>, key: (T) -> Any, row: (T) -> Unit) = items.forEach { shown(key(it), row(it)) }
}

fun LazyColumn(reverseLayout: Boolean = false, content: LazyListScope.() -> Unit) = shown(reverseLayout, LazyListScope().content())

class Adapter {
    fun notifyItemRangeChanged(at: Int, count: Int) = shown(at, count)

    fun notifyItemRangeRemoved(at: Int, count: Int) = shown(at, count)

    fun notifyItemRangeInserted(at: Int, count: Int) = shown(at, count)
}

/** What is on the screen of nobody. */
fun shown(vararg what: Any?) = what.forEach { _ -> }
