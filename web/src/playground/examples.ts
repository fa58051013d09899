import type { GraphiQLProps } from 'graphiql';

const headers = JSON.stringify({ Authorization: 'Bearer PASTE-YOUR-ACCESS-TOKEN' }, null, 2);

const signUp = `# 1. Sign up, then copy accessToken into the "Headers" of the other tabs.
#    Signed up before? Use login(input: { username, password }) the same way.
mutation SignUp($input: RegisterInput!) {
  register(input: $input) {
    accessToken
    accessTokenExpiresAt
    viewer {
      user {
        id
        username
        displayName
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
`;

const makeRoom = `# 2. Make a room and note its id. Others join with joinRoom(input: { name: "garden" }).
mutation MakeRoom($input: CreateRoomInput!) {
  createRoom(input: $input) {
    room {
      id
      name
      topic
    }
    userErrors {
      code
      message
      field
    }
  }
}
`;

const send = `# 3. Send to the room. The same clientId never sends twice, however often it is tried.
mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message {
      id
      seq
      body
      sentAt
      author {
        displayName
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
`;

const subscribe = `# 4. Watch all your rooms, then send from tab 3 (or another window).
#    After a lost connection, pass the last cursor as \`after\`: nothing is missed.
subscription Watch($roomId: ID, $after: Cursor) {
  messages(roomId: $roomId, after: $after) {
    cursor
    at
    room {
      id
      name
    }
    ... on MessageSent {
      message {
        id
        seq
        body
        author {
          displayName
        }
      }
    }
  }
}
`;

const variables = (value: unknown) => JSON.stringify(value, null, 2);

/** What a first visit to the playground opens: one conversation from sign-up to live messages. */
export const exampleTabs: NonNullable<GraphiQLProps['defaultTabs']> = [
  { query: signUp, variables: variables({ input: { username: 'ada', password: 'correct horse battery' } }) },
  {
    query: makeRoom,
    variables: variables({ input: { kind: 'CHANNEL', name: 'garden', topic: 'What grows here' } }),
    headers,
  },
  {
    query: send,
    variables: variables({
      input: { roomId: 'PASTE-THE-ROOM-ID', body: 'Hello!', clientId: 'my-first-message' },
    }),
    headers,
  },
  { query: subscribe, variables: variables({ roomId: null, after: null }), headers },
];
