package causerie

import java.net.URI
import java.nio.file.Path
import java.sql.DriverManager
import java.util.Properties
import java.util.concurrent.atomic.AtomicInteger

/** Which database system a case runs on. */
enum class Backend { SQLITE, POSTGRES }

private val postgres: URI? = System.getenv("CAUSERIE_TEST_POSTGRES_URL")?.let(::URI)

/** SQLite always, PostgreSQL where there is a server; in continuous integration there must be one. */
fun backends(): List<Backend> {
    check(postgres != null || System.getenv("CI") != "true") { "CAUSERIE_TEST_POSTGRES_URL is not set" }
    return if (postgres == null) listOf(Backend.SQLITE) else Backend.entries
}

/** A database of its own for one case. */
class Database(private val backend: Backend, folder: Path) : AutoCloseable {
    private val name = "causerie_kotlin_${ProcessHandle.current().pid()}_${created.incrementAndGet()}"

    init {
        if (backend == Backend.POSTGRES) execute("CREATE DATABASE $name")
    }

    /** What `CAUSERIE_DATABASE_URL` is set to. */
    val url: String = when (backend) {
        Backend.SQLITE -> "sqlite://${folder.resolve("chat.db")}"
        Backend.POSTGRES -> postgres!!.run { "$scheme://$rawAuthority/$name" }
    }

    override fun close() {
        if (backend == Backend.POSTGRES) execute("DROP DATABASE $name WITH (FORCE)")
    }

    private fun execute(sql: String) {
        val server = postgres!!
        val (user, password) = server.userInfo.split(":", limit = 2).let { it[0] to it.getOrElse(1) { "" } }
        val login = Properties().apply { put("user", user); put("password", password) }
        DriverManager.getConnection("jdbc:postgresql://${server.host}:${server.port}${server.path}", login).use { connection ->
            connection.createStatement().use { it.execute(sql) }
        }
    }

    private companion object {
        val created = AtomicInteger()
    }
}
