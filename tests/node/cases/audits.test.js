// GraphQL over HTTP, by the audits of the reference implementation: not one warning.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";

import { serverAudits } from "graphql-http";

import { startServer } from "../server.js";

suite("graphql-http audits", () => {
  let server;
  before(async () => (server = await startServer()));
  after(() => server.stop());

  for (const audit of serverAudits({ url: () => server.graphql })) {
    test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      assert.equal(result.status, "ok", result.reason);
    });
  }
});
