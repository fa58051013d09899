// The real server, as a process of its own, over a fresh database.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import pg from "pg";

const binary =
  process.env.CAUSERIE_BIN ??
  fileURLToPath(new URL("../../target/debug/causerie", import.meta.url));

/** Where PostgreSQL is, if it is there; `scripts/test-env` says so. */
const postgres = process.env.CAUSERIE_TEST_POSTGRES_URL;
if (!postgres && process.env.CI === "true") {
  throw new Error("CAUSERIE_TEST_POSTGRES_URL is not set");
}

/** Runs `define(name, start)` for each database there is; `start` starts a server over it. */
export function onEachDatabase(define) {
  define("SQLite", startServer);
  if (postgres) define("PostgreSQL", () => startServer(createDatabase));
}

/**
 * Starts a server and waits until it is ready. Its database is SQLite's unless `createUrl`
 * makes another. The result's `stop` tells it to stop, waits, and resolves to its exit code.
 */
export async function startServer(createUrl) {
  const folder = await mkdtemp(join(tmpdir(), "causerie-test-"));
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("CAUSERIE_"));
  const child = spawn(binary, [], {
    cwd: folder,
    env: {
      ...Object.fromEntries(environment),
      CAUSERIE_LISTEN: "127.0.0.1:0",
      CAUSERIE_DATA_DIR: join(folder, "data"),
      CAUSERIE_ALLOWED_ORIGINS: "https://app.example.com",
      ...(createUrl && { CAUSERIE_DATABASE_URL: await createUrl() }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  const url = await Promise.race([
    readUrl(child),
    exited.then(([code]) => {
      throw new Error(`the server ended with ${code}: ${log}`);
    }),
  ]);
  return {
    url,
    graphql: `${url}/graphql`,
    socket: `${url.replace("http", "ws")}/graphql`,
    dataDir: join(folder, "data"),
    log: () => log,
    signal: (name) => child.kill(name),
    stopped: async () => (await exited)[0],
    async stop() {
      child.kill("SIGTERM");
      const [code] = await exited;
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

async function readUrl(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = /^Causerie is ready at (\S+)/.exec(line);
    if (ready) {
      child.stdout.resume();
      return ready[1];
    }
  }
  return new Promise(() => {});
}

let databases = 0;

async function createDatabase() {
  const name = `causerie_node_${process.pid}_${databases++}`;
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(postgres);
  url.pathname = `/${name}`;
  return url.href;
}
