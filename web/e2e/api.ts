import type { BrowserContext } from '@playwright/test';

interface UserError {
  code: string;
  message: string;
}

interface Page {
  bodies: string[];
  /** Where the page before this one ends, if there is one. */
  before: string | null;
}

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { userErrors { code message } } }`;

/** An account used straight over HTTP. */
export class Api {
  private constructor(
    private readonly url: string,
    readonly username: string,
    readonly userId: string,
    private readonly token: string,
  ) {}

  static async register(url: string, username: string, password: string): Promise<Api> {
    const { register } = await ask(
      url,
      `mutation ($input: RegisterInput!) {
         register(input: $input) { accessToken viewer { user { id } } userErrors { code message } }
       }`,
      { input: { username, password, displayName: username[0]?.toUpperCase() + username.slice(1) } },
    );
    refuse(register.userErrors);
    return new Api(url, username, register.viewer.user.id, register.accessToken);
  }

  /** Gives a browser the login cookie, as logging in there would. */
  async logInto(context: BrowserContext, password: string): Promise<void> {
    const response = await context.request.post(`${this.url}/graphql`, {
      headers: { Accept: 'application/graphql-response+json' },
      data: { query: LOGIN, variables: { input: { username: this.username, password, useCookie: true } } },
    });
    refuse((await response.json()).data.login.userErrors);
  }

  async createChannel(name: string): Promise<string> {
    const { createRoom } = await this.#ask(
      `mutation ($input: CreateRoomInput!) { createRoom(input: $input) { room { id } userErrors { code message } } }`,
      { input: { kind: 'CHANNEL', name } },
    );
    refuse(createRoom.userErrors);
    return createRoom.room.id;
  }

  async join(roomId: string): Promise<void> {
    const { joinRoom } = await this.#ask(
      `mutation ($input: JoinRoomInput!) { joinRoom(input: $input) { userErrors { code message } } }`,
      { input: { roomId } },
    );
    refuse(joinRoom.userErrors);
  }

  async openDirect(userId: string): Promise<string> {
    const { openDirectRoom } = await this.#ask(
      `mutation ($input: OpenDirectRoomInput!) { openDirectRoom(input: $input) { room { id } userErrors { code message } } }`,
      { input: { userId } },
    );
    refuse(openDirectRoom.userErrors);
    return openDirectRoom.room.id;
  }

  /** Answers the message's id. */
  async send(roomId: string, body: string): Promise<string> {
    const { sendMessage } = await this.#ask(
      `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code message } } }`,
      { input: { roomId, body } },
    );
    refuse(sendMessage.userErrors);
    return sendMessage.message.id;
  }

  async edit(messageId: string, body: string): Promise<void> {
    const { editMessage } = await this.#ask(
      `mutation ($input: EditMessageInput!) { editMessage(input: $input) { userErrors { code message } } }`,
      { input: { messageId, body } },
    );
    refuse(editMessage.userErrors);
  }

  async delete(messageId: string): Promise<void> {
    const { deleteMessage } = await this.#ask(
      `mutation ($input: DeleteMessageInput!) { deleteMessage(input: $input) { userErrors { code message } } }`,
      { input: { messageId } },
    );
    refuse(deleteMessage.userErrors);
  }

  /** Does what the mutation of this name does, with nothing to hear of it. */
  async act(mutation: string, input: object): Promise<void> {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    const answer = await this.#ask(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code message } } }`,
      { input },
    );
    refuse(answer[mutation].userErrors);
  }

  /** The bodies of the newest messages of a room, in order. */
  async newest(roomId: string, last: number): Promise<string[]> {
    return (await this.#page(roomId, Math.min(last, 100))).bodies;
  }

  /** The bodies of all messages of a room, in order. */
  async history(roomId: string): Promise<string[]> {
    const bodies: string[] = [];
    let before: string | null = null;
    do {
      const page = await this.#page(roomId, 100, before);
      bodies.unshift(...page.bodies);
      before = page.before;
    } while (before);
    return bodies;
  }

  async #page(id: string, last: number, before: string | null = null): Promise<Page> {
    const { room } = await this.#ask(
      `query ($id: ID!, $last: Int!, $before: String) {
         room(id: $id) {
           messages(last: $last, before: $before) {
             nodes { body }
             pageInfo { hasPreviousPage startCursor }
           }
         }
       }`,
      { id, last, before },
    );
    const { nodes, pageInfo } = room.messages;
    return {
      bodies: nodes.map((message: { body: string }) => message.body),
      before: pageInfo.hasPreviousPage ? pageInfo.startCursor : null,
    };
  }

  #ask(query: string, variables: object) {
    return ask(this.url, query, variables, this.token);
  }
}

// Each answer is read once, right where its query stands; types would say it all a second time.
// oxlint-disable-next-line typescript/no-explicit-any
async function ask(url: string, query: string, variables: object, token?: string): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json',
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const result = await response.json();
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result.data;
}

function refuse(errors: UserError[]): void {
  if (errors.length) throw new Error(errors.map((error) => `${error.code}: ${error.message}`).join('; '));
}
