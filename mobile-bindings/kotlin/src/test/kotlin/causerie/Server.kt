package causerie

import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit.SECONDS
import kotlin.concurrent.thread

private const val READY = "Causerie is ready at "

/** The real server over a database of its own, as a process. */
class Server(backend: Backend) : AutoCloseable {
    private val folder: Path = Files.createTempDirectory("causerie-kotlin-")
    private val log = folder.resolve("server.log").toFile()
    private val database = Database(backend, folder)
    private var process: Process

    /** `http://127.0.0.1:PORT`; it stays the same through restarts. */
    val url: String

    init {
        val (started, ready) = start("127.0.0.1:0")
        process = started
        url = ready
    }

    /** Asks the server to end, as a service manager does, and waits until it has. */
    fun stop() {
        process.destroy()
        check(process.waitFor(PATIENCE.inWholeSeconds, SECONDS)) { "the server does not end" }
    }

    /** Starts a stopped server again: same data, same address. */
    fun startAgain() {
        process = start(url.removePrefix("http://")).first
    }

    /** What the server has logged since it was started first. */
    fun log(): String = log.readText()

    override fun close() {
        process.destroyForcibly().waitFor()
        database.close()
        folder.toFile().deleteRecursively()
    }

    private fun start(address: String): Pair<Process, String> {
        val binary = Path.of(System.getProperty("causerie.bin")).toAbsolutePath()
        check(Files.isExecutable(binary)) {
            "There is no server at $binary: cargo build --package causerie-api, or set CAUSERIE_BIN."
        }
        val builder = ProcessBuilder(binary.toString())
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(log))
        builder.environment().apply {
            keys.removeIf { it.startsWith("CAUSERIE_") }
            put("CAUSERIE_LISTEN", address)
            put("CAUSERIE_DATA_DIR", folder.resolve("data").toString())
            put("CAUSERIE_DATABASE_URL", database.url)
        }
        val started = builder.start()
        val output = started.inputStream.bufferedReader()
        val line = output.readLine().orEmpty()
        check(line.startsWith(READY)) { "the server did not start: $line\n${log()}" }
        // A full pipe would stop the server.
        thread(isDaemon = true) { output.forEachLine { } }
        return started to line.removePrefix(READY)
    }
}
