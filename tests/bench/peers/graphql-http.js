// graphql-http: answers sendMessage, checks no login and keeps nothing. Documents are parsed and
// validated once.

import { createServer } from "node:http";

import { buildSchema, parse, validate } from "graphql";
import { createHandler } from "graphql-http/lib/use/http";

import { event, serve } from "./peer.js";

const schema = buildSchema(`
  type Query { version: String! }
  type Mutation { sendMessage(input: SendMessageInput!): MessagePayload! }
  input SendMessageInput { roomId: ID! body: String! clientId: String }
  type MessagePayload { message: Message userErrors: [UserError!]! }
  type Message { id: ID! seq: Int! body: String! sentAt: String! author: User! }
  type User { id: ID! displayName: String! }
  type UserError { code: String! message: String! }
`);

const rootValue = {
  sendMessage: ({ input }) => ({ message: { ...event(0).message, body: input.body }, userErrors: [] }),
};

/** Remembers what `compute` gave for a key. */
function cached(compute) {
  const known = new Map();
  return (key, ...rest) => {
    if (!known.has(key)) known.set(key, compute(key, ...rest));
    return known.get(key);
  };
}

const handler = createHandler({
  schema,
  rootValue,
  parse: cached((source) => parse(source)),
  validate: ((check) => (schema, document, rules) => check(document, schema, rules))(
    cached((document, schema, rules) => validate(schema, document, rules)),
  ),
});

serve(createServer(handler), () => {});
