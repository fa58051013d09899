// The endpoint with the real schema: what the audits do not ask.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";

import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from "graphql";

import { expired, Person, post } from "../people.js";
import { startServer } from "../server.js";

suite("endpoint", () => {
  let server;
  let alice;
  before(async () => {
    server = await startServer();
    alice = await Person.register(server);
  });
  after(() => server.stop());

  const code = ({ body }) => body.errors?.[0].extensions?.code;

  test("introspection fits into the limits and tells what /schema.graphql tells", async () => {
    const { body } = await post(server, { query: getIntrospectionQuery() });
    const text = await (await fetch(`${server.url}/schema.graphql`)).text();
    const plain = (schema) =>
      printSchema(lexicographicSortSchema(schema)).replace(/"""[^]*?"""\s*/g, "");
    assert.equal(plain(buildClientSchema(body.data)), plain(buildSchema(text)));
  });

  const cases = [
    ["an unknown field", { query: "{ nothing }" }, "INVALID"],
    ["a missing argument", { query: "{ node { id } }" }, "INVALID"],
    ["an argument of the wrong type", { query: "{ node(id: {}) { id } }" }, "INVALID"],
    [
      "a variable that is missing",
      { query: "query ($id: ID!) { node(id: $id) { id } }" },
      "INVALID",
    ],
    [
      "a variable that is null",
      { query: "query ($id: ID!) { node(id: $id) { id } }", variables: { id: null } },
      "INVALID",
    ],
    [
      "a variable of the wrong type",
      { query: "query ($f: Int) { channels(first: $f) { nodes { id } } }", variables: { f: "x" } },
      "INVALID",
    ],
    [
      "an unknown operation",
      { query: "query A { serverInfo { version } }", operationName: "B" },
      "INVALID",
    ],
    ["a page beyond the limit", { query: "{ channels(first: 101) { nodes { id } } }" }, "INVALID"],
    ["malformed JSON", "{", "INVALID"],
    ["a batch", [{ query: "{ serverInfo { version } }" }], "INVALID"],
    ["a subscription", { query: "subscription { messages { cursor } }" }, "INVALID"],
    ["too many tokens", { query: `{ ${"serverInfo { version } ".repeat(600)} }` }, "INVALID"],
    ["brackets without end", { query: "{ a(b: [".repeat(10_000) }, "INVALID"],
    [
      "too many aliases",
      {
        query: `{ ${Array.from({ length: 101 }, (_, i) => `a${i}: serverInfo { version }`).join(" ")} }`,
      },
      "INVALID",
    ],
    [
      "fragments that double",
      {
        query: `{ ...F0 } ${Array.from({ length: 40 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(" ")} fragment F40 on Query { __typename serverInfo { version } }`,
      },
      "INVALID",
    ],
    [
      "fragments in a circle",
      { query: "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }" },
      "INVALID",
    ],
    [
      "a page of pages of pages",
      {
        query:
          "{ channels(first: 100) { nodes { members(first: 100) { nodes { user { id } } } messages(first: 100) { nodes { room { messages(first: 100) { nodes { id } } } } } } } }",
      },
      "INVALID",
    ],
  ];
  for (const [what, request, expected] of cases) {
    test(`${what} is ${expected}, in words`, async () => {
      const answer = await post(server, request, alice.headers);
      assert.equal(code(answer), expected, JSON.stringify(answer.body));
      for (const error of answer.body.errors) {
        assert.ok(error.extensions.code, JSON.stringify(error));
        assert.doesNotMatch(error.message, /::|Error\(|\n/);
      }
    });
  }

  test("a body of more than 128 KiB is refused", async () => {
    const answer = await post(server, {
      query: `{ serverInfo { version } } #${"x".repeat(128 * 1024)}`,
    });
    assert.equal(answer.status, 413);
    assert.equal(code(answer), "TOO_LARGE");
  });

  test("a mutation over GET changes nothing", async () => {
    const query = encodeURIComponent("mutation { logout { userErrors { message } } }");
    const response = await fetch(`${server.graphql}?query=${query}`, { headers: alice.headers });
    assert.equal(response.status, 405);
    assert.match(response.headers.get("allow"), /POST/);
    await alice.ask("{ viewer { user { id } } }");
  });

  test("a login that is missing, malformed, expired or revoked leaves one anonymous", async () => {
    const gone = await alice.another();
    await gone.logout();
    const tokens = [
      undefined,
      "nonsense",
      await expired(server, alice.accessToken),
      gone.accessToken,
    ];
    for (const token of tokens) {
      const headers = token ? { authorization: `Bearer ${token}` } : {};
      const answer = await post(server, { query: "{ viewer { user { id } } }" }, headers);
      assert.equal(code(answer), "UNAUTHENTICATED", token);
      const open = await post(server, { query: "{ serverInfo { version } }" }, headers);
      assert.equal(open.body.errors, undefined);
    }
  });

  test("a browser's refresh token travels in a cookie that no script and no other site gets", async () => {
    const login = {
      query: `mutation ($input: LoginInput!) {
        login(input: $input) { accessToken refreshToken userErrors { message } }
      }`,
      variables: {
        input: { username: alice.username, password: "correct horse battery", useCookie: true },
      },
    };
    const origin = { origin: server.url };
    const first = await post(server, login, origin);
    assert.equal(first.body.data.login.refreshToken, null);
    const cookie = first.headers.get("set-cookie");
    assert.match(
      cookie,
      /^causerie_refresh=[\w-]+; Path=\/graphql; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
    );

    const refresh = {
      query:
        "mutation { refreshSession(input: {}) { accessToken refreshToken userErrors { message } } }",
    };
    const sent = { cookie: cookie.split(";")[0] };
    const foreign = await post(server, refresh, { ...sent, origin: "https://evil.example" });
    assert.equal(foreign.status, 403);
    assert.equal(code(foreign), "FORBIDDEN");
    const second = await post(server, refresh, { ...sent, ...origin });
    assert.ok(second.body.data.refreshSession.accessToken, JSON.stringify(second.body));
    assert.notEqual(second.headers.get("set-cookie"), cookie);
    assert.match(second.headers.get("set-cookie"), /^causerie_refresh=/);

    const secure = await post(server, login, { origin: "https://app.example.com" });
    assert.match(secure.headers.get("set-cookie"), /; Secure$/);
  });

  test("the bundle's files come compressed, and may be kept for ever", async (t) => {
    const page = await (await fetch(server.url, { headers: { accept: "text/html" } })).text();
    const [, path] = /"(\/assets\/[^"]+\.js)"/.exec(page) ?? [];
    if (!path) return t.skip("the web bundle is not built");
    const script = await fetch(server.url + path);
    assert.equal(script.status, 200);
    assert.match(script.headers.get("content-type"), /javascript/);
    assert.equal(script.headers.get("content-encoding"), "gzip");
    assert.match(script.headers.get("cache-control"), /immutable/);
    const tag = { "if-none-match": script.headers.get("etag") };
    assert.equal((await fetch(server.url + path, { headers: tag })).status, 304);
    const absent = await fetch(`${server.url}/assets/absent.js`, {
      headers: { accept: "text/html" },
    });
    assert.equal(absent.status, 404);
  });

  test("keys, health and pages are served, with headers that keep browsers from harm", async () => {
    const keys = await (await fetch(`${server.url}/.well-known/jwks.json`)).json();
    assert.equal(keys.keys[0].crv, "Ed25519");
    assert.deepEqual(await (await fetch(`${server.url}/health`)).json(), { status: "ok" });
    for (const path of ["/", "/playground", "/some/room"]) {
      const page = await fetch(server.url + path, { headers: { accept: "text/html" } });
      assert.equal(page.status, 200);
      assert.match(page.headers.get("content-type"), /^text\/html/);
      assert.match(page.headers.get("content-security-policy"), /script-src 'self';/);
    }
  });
});
