// The end of the server, as its clients see it.

import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { Person } from "../people.js";
import { RawSocket } from "../raw-socket.js";
import { startServer } from "../server.js";

suite("drain", () => {
  for (const signal of ["SIGTERM", "SIGINT"]) {
    test(`at ${signal}, sockets are told to come back and the server exits well`, async () => {
      const server = await startServer();
      const alice = await Person.register(server);
      const sockets = [];
      for (let number = 0; number < 10; number++) {
        const socket = await RawSocket.ready(server, alice.connectionParams);
        socket.subscribe("1", "subscription { messages { cursor } }");
        sockets.push(socket);
      }
      sockets.push(await RawSocket.open(server));
      server.signal(signal);
      for (const socket of sockets) {
        assert.deepEqual(await socket.closed, { code: 1012, reason: "Service restart" });
      }
      assert.equal(await server.stopped(), 0);
      await server.stop();
    });
  }
});
