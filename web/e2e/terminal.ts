import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const KOTLIN = join(REPOSITORY, 'mobile-bindings/kotlin');
const LIBRARY =
  process.env.CAUSERIE_MOBILE_LIB ??
  join(process.env.CARGO_TARGET_DIR ?? join(REPOSITORY, 'target'), 'debug/libcauserie_mobile.so');

/** The sample client in Kotlin: one person in one channel at a terminal. */
export class Terminal {
  /** What it printed: a line for each message of the channel, its own included. */
  readonly lines: string[] = [];
  #log = '';

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    createInterface(child.stdout).on('line', (line) => this.lines.push(line));
    child.stderr.on('data', (text) => (this.#log += text));
  }

  /** Signs up and comes into the channel, which is made if there is none. Resolves once it follows it. */
  static async join(server: string, username: string, password: string, channel: string): Promise<Terminal> {
    for (const path of [LIBRARY, join(KOTLIN, 'target/classes'), join(KOTLIN, 'target/dependency')]) {
      if (!existsSync(path))
        throw new Error(`${path} is not there: run \`mvn compile\` in mobile-bindings/kotlin`);
    }
    const classes = ['target/classes', 'target/dependency/*'].map((path) => join(KOTLIN, path)).join(':');
    const program = ['-cp', classes, 'causerie.sample.TerminalKt'];
    const child = spawn('java', [...program, server, username, password, channel, '--register'], {
      env: { ...process.env, CAUSERIE_MOBILE_LIB: LIBRARY },
    });
    const terminal = new Terminal(child);
    await new Promise<void>((joined, failed) => {
      child.stderr.on('data', () => terminal.#log.includes(`joined ${channel}`) && joined());
      child.on('error', failed);
      child.on('exit', (code) =>
        failed(new Error(`the Kotlin client ended with ${code}:\n${terminal.#log}`)),
      );
    });
    return terminal;
  }

  write(text: string): void {
    this.child.stdin.write(`${text}\n`);
  }

  /** Ends the program at once, if it still runs. */
  kill(): void {
    this.child.kill();
  }

  /** Ends its input; resolves to its exit code. */
  async leave(): Promise<number | null> {
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    const [code] = await ended;
    return code;
  }
}
