import type { GraphiQLProps } from 'graphiql';

const headers = JSON.stringify({ Authorization: 'Bearer PASTE-YOUR-ACCESS-TOKEN' }, null, 2);

const signUp = `# 1. Sign up, and copy the accessToken
#    into the headers of the other tabs.
#    Signed up already? Use login instead.
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

const makeRoom = `# 2. Make a room and note its id.
#    Others come in with joinRoom.
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

const send = `# 3. Send to the room. One clientId sends
#    once, however often it is tried.
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

const subscribe = `# 4. Watch all your rooms, then send again.
#    To resume, pass the last cursor as
#    after: nothing is missed.
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
  {
    query: signUp,
    variables: variables({ input: { username: 'ada', password: 'correct horse battery', useCookie: false } }),
  },
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
