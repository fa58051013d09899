import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';

export type Backend = 'sqlite' | 'postgres';

const TARGET = process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, '../../target');
const BINARY = process.env.CAUSERIE_BIN ?? join(TARGET, 'debug/causerie');
const READY = /^Causerie is ready at (http:\S+)$/;

/** The real server over a fresh database, both gone after `remove`. */
export class Server {
  /** `http://127.0.0.1:PORT`; the same after a restart. */
  url = '';
  readonly #folder = mkdtempSync(join(tmpdir(), 'causerie-browser-'));
  #child: ChildProcess | undefined;

  private constructor(private readonly database: Database | undefined) {}

  static async start(backend: Backend): Promise<Server> {
    if (!existsSync(BINARY)) throw new Error(`there is no server at ${BINARY}: set CAUSERIE_BIN`);
    const server = new Server(backend === 'postgres' ? await Database.create() : undefined);
    await server.#spawn('127.0.0.1:0');
    return server;
  }

  /** What the server logged since it was first started. */
  get log(): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile, 'utf8') : '';
  }

  get #logFile(): string {
    return join(this.#folder, 'server.log');
  }

  /** Ends it as a service manager does, and waits until it has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  /** Starts it again after `stop`: same address, same data. */
  async startAgain(): Promise<void> {
    await this.#spawn(new URL(this.url).host);
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.database?.drop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #spawn(listen: string): Promise<void> {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('CAUSERIE_'));
    const child = spawn(BINARY, {
      cwd: this.#folder,
      env: {
        ...Object.fromEntries(own),
        CAUSERIE_LISTEN: listen,
        CAUSERIE_DATA_DIR: join(this.#folder, 'data'),
        ...(this.database && { CAUSERIE_DATABASE_URL: this.database.url }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.pipe(createWriteStream(this.#logFile, { flags: 'a' }));
    for await (const line of createInterface(child.stdout)) {
      const address = READY.exec(line)?.[1];
      if (!address) continue;
      this.url = address;
      child.stdout.resume();
      return;
    }
    throw new Error(`the server ended before it was ready:\n${this.log}`);
  }
}

/** A database of its own on the test server. */
class Database {
  static #count = 0;

  private constructor(
    private readonly server: string,
    private readonly name: string,
  ) {}

  static async create(): Promise<Database> {
    const server = process.env.CAUSERIE_TEST_POSTGRES_URL;
    if (!server) throw new Error('CAUSERIE_TEST_POSTGRES_URL is not set');
    const database = new Database(server, `causerie_browser_${process.pid}_${Database.#count++}`);
    await database.#execute(`CREATE DATABASE ${database.name}`);
    return database;
  }

  get url(): string {
    const url = new URL(this.server);
    url.pathname = this.name;
    return url.href;
  }

  drop(): Promise<void> {
    return this.#execute(`DROP DATABASE ${this.name} WITH (FORCE)`);
  }

  async #execute(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.server });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
