// Runs the stages of the tests one after another, shows what they print, and ends with one line:
//
//     N passed, N failed
//
// `node tests/run.mjs` runs them all; `node tests/run.mjs rust kotlin` runs some. The exit code is 0
// only when every stage ended well, ran something, and nothing failed.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reports = mkdtempSync(join(tmpdir(), "causerie-tests-"));
let running = null;

/** Each stage: what must be built for it, and a run that resolves to `{ code, passed, failed }`. */
const stages = {
  rust: { needs: [buildRust], run: runRust },
  web: { needs: [npmWeb], run: runWebUnit },
  node: { needs: [buildRust, buildWeb, npmNode], run: runNode },
  browser: { needs: [buildRust, buildWeb, buildKotlin], run: runBrowser },
  kotlin: { needs: [buildRust], run: runKotlin },
  encryption: { needs: [], run: runEncryption },
  size: { needs: [], run: runSize },
};

/** Runs a command in a folder of the project; resolves to its exit code and what it printed. */
function execute(command, args, { cwd = ".", env = {}, capture = false } = {}) {
  console.log(`\n> ${[command, ...args].join(" ")}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: join(root, cwd),
      env: { ...process.env, ...env },
      stdio: ["ignore", capture ? "pipe" : "inherit", "inherit"],
    });
    running = child;
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      output += text;
      process.stdout.write(text);
    });
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      resolve({ code: 127, output });
    });
    child.on("close", (code, signal) => {
      if (signal) console.error(`${command} was ended by ${signal}`);
      resolve({ code: code ?? 1, output });
    });
  });
}

// ── Building ────────────────────────────────────────────────────────────────────────────────────

/** The server and the library that phones load, once, for every stage; then where they are. */
async function buildRust() {
  const packages = ["causerie-api", "causerie-mobile"].flatMap((name) => ["--package", name]);
  const { code } = await execute("cargo", ["build", "--locked", ...packages]);
  if (code !== 0) return code;
  const metadata = spawnSync("cargo", ["metadata", "--format-version=1", "--no-deps"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const target = JSON.parse(metadata.stdout).target_directory;
  process.env.CAUSERIE_BIN ??= join(target, "debug", "causerie");
  process.env.CAUSERIE_MOBILE_LIB ??= join(target, "debug", "libcauserie_mobile.so");
  return 0;
}

async function buildWeb() {
  return (await execute("scripts/build-web", [])).code;
}

/** The Kotlin sample, which talks to a browser in one of the browser's tests. */
async function buildKotlin() {
  const args = ["--batch-mode", "--no-transfer-progress", "--quiet", "compile"];
  return (await execute("mvn", args, { cwd: "mobile-bindings/kotlin" })).code;
}

async function npmWeb() {
  return (await execute("scripts/npm-install", ["web"])).code;
}

async function npmNode() {
  return (await execute("scripts/npm-install", ["tests/node"])).code;
}

// ── Running ─────────────────────────────────────────────────────────────────────────────────────

async function runRust() {
  return cargoTest(["--workspace"]);
}

/** The SDK's store over SQLCipher, which the rest is built without. */
async function runEncryption() {
  return cargoTest(["--package", "causerie-sdk", "--features", "encryption", "--lib"]);
}

/** Whether the library that phones load is small enough: one test. */
async function runSize() {
  const { code } = await execute("scripts/check-size", []);
  return { code, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

async function cargoTest(what) {
  const args = ["test", "--locked", "--no-fail-fast", ...what];
  const { code, output } = await execute("cargo", args, { capture: true });
  let [passed, failed] = [0, 0];
  for (const [, p, f] of output.matchAll(/^test result: .*? (\d+) passed; (\d+) failed;/gm)) {
    passed += Number(p);
    failed += Number(f);
  }
  return { code, passed, failed };
}

async function runWebUnit() {
  const file = join(reports, "vitest.json");
  const args = ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { code } = await execute("npx", ["--no-install", ...args], { cwd: "web" });
  const report = readJson(file);
  return { code, passed: report?.numPassedTests ?? 0, failed: report?.numFailedTests ?? 0 };
}

async function runNode() {
  const file = join(reports, "node.tap");
  const folder = join(root, "tests/node/cases");
  const cases = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".test.js"))
    : [];
  const args = [
    "--test",
    "--test-concurrency=2",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=tap",
    `--test-reporter-destination=${file}`,
    ...cases.sort().map((name) => join("cases", name)),
  ];
  if (cases.length === 0) return { code: 1, passed: 0, failed: 0 };
  const { code } = await execute("node", args, { cwd: "tests/node" });
  const report = existsSync(file) ? readFileSync(file, "utf8") : "";
  const count = (what) => Number(report.match(new RegExp(`^# ${what} (\\d+)$`, "m"))?.[1] ?? 0);
  return { code, passed: count("pass"), failed: count("fail") + count("cancelled") };
}

async function runBrowser() {
  const file = join(reports, "playwright.json");
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const args = ["--no-install", "playwright", "test", "--reporter=list,json"];
  const { code } = await execute("npx", args, { cwd: "web", env });
  const stats = readJson(file)?.stats ?? {};
  // A test that passes only at the second try has failed once.
  const failed = (stats.unexpected ?? 0) + (stats.flaky ?? 0);
  return { code, passed: stats.expected ?? 0, failed };
}

async function runKotlin() {
  const folder = join(root, "mobile-bindings/kotlin/target/surefire-reports");
  rmSync(folder, { recursive: true, force: true });
  // The documentation too, because a link in it that leads nowhere is an error.
  const args = ["--batch-mode", "--no-transfer-progress", "test", "dokka:dokka"];
  const { code } = await execute("mvn", args, { cwd: "mobile-bindings/kotlin" });
  let [tests, failed, skipped] = [0, 0, 0];
  const files = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of files.filter((name) => /^TEST-.*\.xml$/.test(name))) {
    const suite = readFileSync(join(folder, name), "utf8").match(/<testsuite\s[^>]*>/)?.[0] ?? "";
    const count = (what) => Number(suite.match(new RegExp(`\\s${what}="(\\d+)"`))?.[1] ?? 0);
    tests += count("tests");
    failed += count("failures") + count("errors");
    skipped += count("skipped");
  }
  return { code, passed: tests - failed - skipped, failed };
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

// ── The whole ───────────────────────────────────────────────────────────────────────────────────

async function runStage(name, built) {
  console.log(`\n━━ ${name} ━━`);
  for (const need of stages[name].needs) {
    if (!built.has(need)) built.set(need, await need());
    if (built.get(need) !== 0) return { passed: 0, failed: 1, note: "could not be built" };
  }
  const { code, passed, failed } = await stages[name].run();
  if (failed === 0 && code !== 0) return { passed, failed: 1, note: `ended with code ${code}` };
  if (passed + failed === 0) return { passed, failed: 1, note: "ran no test" };
  return { passed, failed };
}

async function main() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => !Object.hasOwn(stages, name));
  if (unknown !== undefined) {
    console.error(`There is no stage "${unknown}", only: ${Object.keys(stages).join(", ")}`);
    return 2;
  }
  const names = chosen.length ? chosen : Object.keys(stages);
  const built = new Map();
  const results = [];
  for (const name of names) results.push({ name, ...(await runStage(name, built)) });

  console.log("\n━━ summary ━━");
  for (const { name, passed, failed, note } of results) {
    const counts = `${passed} passed, ${failed} failed`;
    console.log(`${name.padEnd(8)} ${counts}${note ? ` (${note})` : ""}`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0 ? 0 : 1;
}

// The child gets Ctrl-C from the terminal itself; a plain kill has to be handed on.
process.on("SIGTERM", () => {
  running?.kill("SIGTERM");
  process.exit(143);
});
try {
  process.exitCode = await main();
} finally {
  rmSync(reports, { recursive: true, force: true });
}
