// Apollo Client 4, with HTTP for queries and a GraphQLWsLink for subscriptions.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";

import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
} from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import { OperationTypeNode } from "graphql";
import { WebSocket } from "ws";

import { Person } from "../people.js";
import { onEachDatabase } from "../server.js";

// The link looks at errors of sockets by way of the browser's global, which Node 20 has not.
globalThis.WebSocket ??= WebSocket;

function connect(server, person) {
  const socket = createClient({
    url: server.socket,
    webSocketImpl: WebSocket,
    connectionParams: () => person.connectionParams,
  });
  const http = new HttpLink({ uri: server.graphql, headers: person.headers });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    http,
  );
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return { client, end: async () => (client.stop(), socket.dispose()) };
}

onEachDatabase((database, start) => {
  suite(`Apollo Client over ${database}`, () => {
    let server;
    before(async () => (server = await start()));
    after(async () => assert.equal(await server.stop(), 0));

    test("a message that is sent by one arrives at the other", async () => {
      const [alice, bob] = [await Person.register(server), await Person.register(server)];
      const room = await alice.createChannel("apollo");
      await bob.ask(
        "mutation ($input: JoinRoomInput!) { joinRoom(input: $input) { room { id } } }",
        {
          input: { roomId: room },
        },
      );
      const [sender, receiver] = [connect(server, alice), connect(server, bob)];
      const { data: asked } = await receiver.client.query({
        query: gql`
          query {
            viewer {
              cursor
              rooms(first: 5) {
                nodes {
                  id
                  name
                }
              }
            }
          }
        `,
      });
      assert.deepEqual(
        asked.viewer.rooms.nodes.map(({ name }) => name),
        ["apollo"],
      );

      const received = new Promise((resolve, reject) => {
        receiver.client
          .subscribe({
            query: gql`
              subscription Live($after: Cursor) {
                messages(after: $after) {
                  cursor
                  ... on MessageSent {
                    message {
                      id
                      body
                      author {
                        id
                        username
                      }
                    }
                  }
                }
              }
            `,
            variables: { after: asked.viewer.cursor },
          })
          .subscribe({ next: resolve, error: reject });
      });
      const { data: sent } = await sender.client.mutate({
        mutation: gql`
          mutation Send($input: SendMessageInput!) {
            sendMessage(input: $input) {
              message {
                id
                body
              }
              userErrors {
                code
                message
              }
            }
          }
        `,
        variables: { input: { roomId: room, body: "bonjour 🏊", clientId: "1" } },
      });
      const { data } = await received;
      assert.equal(data.messages.message.id, sent.sendMessage.message.id);
      assert.equal(data.messages.message.body, "bonjour 🏊");
      assert.equal(data.messages.message.author.username, alice.username);
      await sender.end();
      await receiver.end();
    });

    test("errors arrive as GraphQL errors, over HTTP and over the socket", async () => {
      const nobody = connect(server, { headers: {}, connectionParams: {} });
      const code = (error) => {
        assert.ok(CombinedGraphQLErrors.is(error), String(error));
        return error.errors[0].extensions.code;
      };
      await assert.rejects(
        nobody.client.query({
          query: gql`
            query {
              viewer {
                cursor
              }
            }
          `,
        }),
        (error) => code(error) === "UNAUTHENTICATED",
      );
      const result = await new Promise((resolve) => {
        nobody.client
          .subscribe({
            query: gql`
              subscription {
                messages {
                  cursor
                }
              }
            `,
          })
          .subscribe({ next: resolve, error: (error) => resolve({ error }) });
      });
      assert.equal(code(result.error), "UNAUTHENTICATED");
      await nobody.end();
    });
  });
});
