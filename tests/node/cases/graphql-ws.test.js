// The stock graphql-ws client, as people use it.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";

import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

import { expired, Person } from "../people.js";
import { onEachDatabase } from "../server.js";

const live = `subscription ($room: ID, $after: Cursor) {
  messages(roomId: $room, after: $after) { cursor ... on MessageSent { message { body } } }
}`;

/** Messages as they come, from a stock client. */
function follow(client, variables) {
  const stream = client.iterate({ query: live, variables });
  return {
    async next() {
      const { value, done } = await stream.next();
      assert.ok(!done, "the subscription ended");
      assert.equal(value.errors, undefined, JSON.stringify(value.errors));
      return value.data.messages.message.body;
    },
    end: () => stream.return(),
  };
}

/** Notes the close codes of a client's sockets, and lets one wait for a connection. */
function observed(server, options) {
  const codes = [];
  let connected;
  const again = () => (connected = Promise.withResolvers?.() ?? deferred());
  again();
  const client = createClient({
    url: server.socket,
    webSocketImpl: WebSocket,
    lazy: true,
    retryAttempts: 5,
    retryWait: () => Promise.resolve(),
    ...options,
    on: {
      connected: () => connected.resolve(),
      closed: (event) => codes.push(event.code),
    },
  });
  return { client, codes, connected: () => connected.promise, again };
}

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

onEachDatabase((database, start) => {
  suite(`graphql-ws over ${database}`, () => {
    let server;
    before(async () => (server = await start()));
    after(async () => assert.equal(await server.stop(), 0));

    test("queries, mutations and subscriptions run over one socket", async () => {
      const alice = await Person.register(server);
      const room = await alice.createChannel(`one socket`);
      const { client, codes } = observed(server, {
        connectionParams: () => alice.connectionParams,
      });
      const { viewer } = await alice.ask("{ viewer { cursor } }");
      const messages = follow(client, { room, after: viewer.cursor });
      const send = {
        query:
          "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { seq } } }",
        variables: { input: { roomId: room, body: "hello" } },
      };
      const sent = await client.iterate(send).next();
      assert.equal(sent.value.data.sendMessage.message.seq, 1);
      assert.equal(await messages.next(), "hello");
      const asked = await client.iterate({ query: "{ viewer { user { username } } }" }).next();
      assert.equal(asked.value.data.viewer.user.username, alice.username);
      assert.deepEqual(codes, []);
      await messages.end();
      await client.dispose();
    });

    test("an expired login is retried with a fresh one", async () => {
      const alice = await Person.register(server);
      const old = await expired(server, alice.accessToken);
      const offered = [old, alice.accessToken];
      const { client, codes } = observed(server, {
        connectionParams: () => ({ authorization: `Bearer ${offered.shift()}` }),
      });
      const asked = await client.iterate({ query: "{ viewer { user { username } } }" }).next();
      assert.equal(asked.value.data.viewer.user.username, alice.username);
      assert.deepEqual(codes, [4403]);
      assert.equal(offered.length, 0);
      await client.dispose();
    });

    test("a logout closes the socket, and a fresh login goes on where it was", async () => {
      const alice = await Person.register(server);
      const room = await alice.createChannel("goes on");
      const { viewer } = await alice.ask("{ viewer { cursor } }");
      const devices = [await alice.another(), await alice.another()];
      const offered = [...devices];
      const { client, codes, connected, again } = observed(server, {
        connectionParams: () => offered.shift().connectionParams,
      });
      const messages = follow(client, { room, after: viewer.cursor });
      await connected();
      again();
      await alice.send(room, "before");
      assert.equal(await messages.next(), "before");
      await devices[0].logout();
      await connected();
      assert.deepEqual(codes, [4403]);
      await alice.send(room, "after");
      // A stock client repeats its first variables, so the first message comes again.
      assert.equal(await messages.next(), "before");
      assert.equal(await messages.next(), "after");
      await messages.end();
      await client.dispose();
    });

    test("a session's end leaves the user's other sessions alone", async () => {
      const alice = await Person.register(server);
      const other = await alice.another();
      const room = await alice.createChannel("other session");
      const { client, codes, connected } = observed(server, {
        connectionParams: () => alice.connectionParams,
      });
      const { viewer } = await alice.ask("{ viewer { cursor } }");
      const messages = follow(client, { room, after: viewer.cursor });
      await connected();
      await other.logout();
      await alice.send(room, "still here");
      assert.equal(await messages.next(), "still here");
      assert.deepEqual(codes, []);
      await messages.end();
      await client.dispose();
    });

    test("a root field comes through a fragment as well", async () => {
      const alice = await Person.register(server);
      const room = await alice.createChannel("fragments");
      const { client } = observed(server, { connectionParams: () => alice.connectionParams });
      const { viewer } = await alice.ask("{ viewer { cursor } }");
      const stream = client.iterate({
        query: `subscription ($after: Cursor) { ...Live }
          fragment Live on Subscription { messages(after: $after) { room { id } } }`,
        variables: { after: viewer.cursor },
      });
      await alice.send(room, "through");
      const { value } = await stream.next();
      assert.deepEqual(value.data, { messages: { room: { id: room } } });
      await stream.return();
      await client.dispose();
    });

    test("many operations share a socket, each getting its own", async () => {
      const alice = await Person.register(server);
      const rooms = [];
      for (let number = 0; number < 20; number++)
        rooms.push(await alice.createChannel(`many ${number}`));
      const { viewer } = await alice.ask("{ viewer { cursor } }");
      const { client } = observed(server, { connectionParams: () => alice.connectionParams });
      const streams = rooms.map((room) => follow(client, { room, after: viewer.cursor }));
      const expected = [0, 1, 2, 3, 4];
      for (const number of expected) {
        await Promise.all(rooms.map((room) => alice.send(room, `${room} ${number}`)));
      }
      for (const [at, room] of rooms.entries()) {
        for (const number of expected) assert.equal(await streams[at].next(), `${room} ${number}`);
        await streams[at].end();
      }
      await client.dispose();
    });
  });
});
