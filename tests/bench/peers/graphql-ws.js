// graphql-ws: each subscriber's operation is executed for each event, as Apollo's documentation shows it.

import { EventEmitter } from "node:events";
import { createServer } from "node:http";

import { buildSchema } from "graphql";
import { PubSub } from "graphql-subscriptions";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

import { event, serve } from "./peer.js";

const schema = buildSchema(`
  type Query { version: String! }
  type Subscription { messages(roomId: ID): Event! }
  interface Event { cursor: String! room: Room! }
  type MessageSent implements Event { cursor: String! room: Room! message: Message! }
  type Message { id: ID! seq: Int! body: String! sentAt: String! author: User! }
  type User { id: ID! displayName: String! }
  type Room { id: ID! }
`);

const eventEmitter = new EventEmitter().setMaxListeners(0);
const pubsub = new PubSub({ eventEmitter });
schema.getSubscriptionType().getFields().messages.subscribe = (_, { roomId }) =>
  pubsub.asyncIterableIterator(roomId);

const server = createServer();
const sockets = new WebSocketServer({ server, path: "/graphql", perMessageDeflate: false });
useServer({ schema }, sockets);

serve(server, (room) => {
  pubsub.publish(`room-${room}`, { messages: { __typename: "MessageSent", ...event(room) } });
});
