// The socket, by the letter of graphql-transport-ws, with a client that breaks it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, suite, test } from "node:test";

import { expired, Person, post } from "../people.js";
import { RawSocket } from "../raw-socket.js";
import { startServer } from "../server.js";

suite("close codes", { concurrency: true }, () => {
  let server;
  let alice;
  before(async () => {
    server = await startServer();
    alice = await Person.register(server);
  });
  after(() => server.stop());

  const endless = "subscription { messages { cursor } }";

  const cases = [
    ["text that is no JSON", ["hello"], 4400],
    ["a message without a type", [{}], 4400],
    ["an unknown type", [{ type: "start" }], 4400],
    ["a server's message", [{ type: "next", id: "1", payload: {} }], 4400],
    ["an init payload that is no object", [{ type: "connection_init", payload: "x" }], 4400],
    [
      "an operation without an id",
      [{ type: "connection_init" }, { type: "subscribe", payload: { query: "{ a }" } }],
      4400,
    ],
    [
      "an operation without a document",
      [{ type: "connection_init" }, { type: "subscribe", id: "1", payload: {} }],
      4400,
    ],
    [
      "variables that are no object",
      [
        { type: "connection_init" },
        { type: "subscribe", id: "1", payload: { query: "{ a }", variables: [] } },
      ],
      4400,
    ],
    [
      "an operation before the init",
      [{ type: "subscribe", id: "1", payload: { query: endless } }],
      4401,
    ],
    [
      "a login that is nonsense",
      [{ type: "connection_init", payload: { authorization: "Bearer nonsense" } }],
      4403,
    ],
    [
      "a login of another scheme",
      [{ type: "connection_init", payload: { authorization: "Basic eDp5" } }],
      4403,
    ],
    ["a second init", [{ type: "connection_init" }, { type: "connection_init" }], 4429],
  ];
  for (const [what, messages, code] of cases) {
    test(`${what} closes with ${code}`, async () => {
      const socket = await RawSocket.open(server);
      for (const message of messages) socket.say(message);
      const closed = await socket.closed;
      assert.equal(closed.code, code);
      assert.ok(closed.reason.length > 0 && Buffer.byteLength(closed.reason) <= 123);
    });
  }

  test("binary messages close with 4400", async () => {
    const socket = await RawSocket.open(server);
    socket.say(Buffer.from("{}"));
    assert.equal(await socket.code(), 4400);
  });

  test("a second operation of one id closes with 4409; after complete it does not", async () => {
    const socket = await RawSocket.ready(server, alice.connectionParams);
    socket.subscribe("1", endless);
    socket.say({ type: "complete", id: "1" });
    socket.subscribe("1", "{ serverInfo { version } }");
    assert.equal((await socket.hear()).type, "next");
    assert.equal((await socket.hear()).type, "complete");
    socket.subscribe("é".repeat(100), endless);
    socket.subscribe("é".repeat(100), endless);
    assert.equal(await socket.code(), 4409);
  });

  test("expired and revoked logins close with 4403", async () => {
    const gone = await alice.another();
    await gone.logout();
    for (const token of [gone.accessToken, await expired(server, alice.accessToken)]) {
      const socket = await RawSocket.open(server);
      socket.say({ type: "connection_init", payload: { authorization: `Bearer ${token}` } });
      assert.equal(await socket.code(), 4403);
    }
  });

  test("a refresh token that someone copied ends the session, and its sockets with 4403", async () => {
    const victim = await alice.another();
    const socket = await RawSocket.ready(server, victim.connectionParams);
    const refresh = (refreshToken) =>
      post(server, {
        query: `mutation ($input: RefreshSessionInput!) {
          refreshSession(input: $input) { refreshToken userErrors { code } }
        }`,
        variables: { input: { refreshToken } },
      }).then(({ body }) => body.data.refreshSession);
    const second = await refresh(victim.refreshToken);
    const third = await refresh(second.refreshToken);
    assert.ok(third.refreshToken);
    const copied = await refresh(victim.refreshToken);
    assert.equal(copied.refreshToken, null);
    assert.deepEqual(await socket.closed, { code: 4403, reason: "The session has ended" });
  });

  test("silence closes with 4408", async () => {
    const socket = await RawSocket.open(server);
    assert.equal(await socket.code(), 4408);
  });

  test("silence after pings closes with 4408 all the same", async () => {
    const socket = await RawSocket.open(server);
    socket.say({ type: "ping" });
    assert.deepEqual(await socket.hear(), { type: "pong" });
    assert.equal(await socket.code(), 4408);
  });

  test("a message of more than 128 KiB closes with 1009, in one frame or many", async () => {
    const whole = await RawSocket.ready(server);
    whole.say("x".repeat(4 * 1024 * 1024));
    assert.equal(await whole.code(), 1009);
    const parts = await RawSocket.ready(server);
    for (let part = 0; part < 5; part++) {
      parts.socket.send("x".repeat(32 * 1024), { fin: false });
    }
    assert.equal(await parts.code(), 1009);
  });

  test("pings of both kinds are answered, before and after the login", async () => {
    const socket = await RawSocket.open(server);
    for (let time = 0; time < 2; time++) {
      socket.say({ type: "ping", payload: { time } });
      assert.deepEqual(await socket.hear(), { type: "pong", payload: { time } });
      socket.socket.ping("hello");
      const [data] = await once(socket.socket, "pong");
      assert.equal(data.toString(), "hello");
      if (time === 0) {
        socket.say({ type: "connection_init" });
        assert.deepEqual(await socket.hear(), { type: "connection_ack" });
      }
    }
    socket.say({ type: "pong" });
    socket.subscribe("1", "{ serverInfo { version } }");
    assert.equal((await socket.hear()).type, "next");
    socket.socket.close();
  });

  test("the server pings by itself", async () => {
    const socket = await RawSocket.ready(server);
    await once(socket.socket, "ping");
    socket.socket.close();
  });

  test("pages of other sites are refused, our own and listed ones are not", async () => {
    const protocol = "graphql-transport-ws";
    for (const origin of ["https://evil.example", "null", `${server.url}.evil.example`]) {
      const answer = await RawSocket.refused(server, protocol, { origin });
      assert.equal(answer.status, 403, origin);
    }
    for (const origin of [server.url, "https://app.example.com"]) {
      const socket = await RawSocket.open(server, { origin });
      socket.socket.close();
    }
  });

  test("other subprotocols, and none, are refused by name", async () => {
    for (const protocol of ["graphql-ws", [], "soap"]) {
      const answer = await RawSocket.refused(server, protocol);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /graphql-transport-ws/);
    }
    const both = await RawSocket.open(server, { protocol: ["graphql-ws", "graphql-transport-ws"] });
    assert.equal(both.socket.protocol, "graphql-transport-ws");
    both.socket.close();
  });

  test("a hundred operations share a socket, and one more is refused", async () => {
    const room = await alice.createChannel("hundred");
    const socket = await RawSocket.ready(server, alice.connectionParams);
    const { viewer } = await alice.ask("{ viewer { cursor } }");
    const query = `subscription ($after: Cursor) { messages(after: $after) { ... on MessageSent { message { body } } } }`;
    for (let id = 0; id < 100; id++) socket.subscribe(`s${id}`, query, { after: viewer.cursor });
    socket.subscribe("more", query);
    const refused = await socket.hear();
    assert.equal(refused.id, "more");
    assert.equal(refused.payload[0].extensions.code, "RATE_LIMITED");
    await alice.send(room, "to all");
    const ids = new Set();
    while (ids.size < 100) {
      const { id, type, payload } = await socket.hear();
      assert.equal(type, "next");
      assert.equal(payload.data.messages.message.body, "to all");
      ids.add(id);
    }
    socket.socket.close();
  });

  test("an operation that fails ends with an error, and the socket goes on", async () => {
    const socket = await RawSocket.ready(server);
    for (const [query, code] of [
      ["{ nothing }", "INVALID"],
      ["{", "INVALID"],
      [endless, "UNAUTHENTICATED"],
      ["subscription { a: messages { cursor } b: messages { cursor } }", "INVALID"],
    ]) {
      socket.subscribe("1", query);
      const { type, payload } = await socket.hear();
      assert.equal(type, "error", query);
      assert.equal(payload[0].extensions.code, code, query);
    }
    socket.subscribe("1", "{ viewer { cursor } serverInfo { version } }");
    const { type, payload } = await socket.hear();
    assert.equal(type, "next");
    assert.equal(payload.errors[0].extensions.code, "UNAUTHENTICATED");
    assert.equal((await socket.hear()).type, "complete");
    socket.socket.close();
  });
});
