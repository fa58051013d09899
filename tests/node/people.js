// People with accounts, who ask the server over HTTP.

import { createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

let people = 0;

/** Posts an operation and resolves to `{ status, headers, body }`. */
export async function post(server, request, headers = {}) {
  const response = await fetch(server.graphql, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof request === "string" ? request : JSON.stringify(request),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
}

/** Someone with an account and a session. */
export class Person {
  static async register(server) {
    const username = `person${++people}`;
    const person = new Person(server, username);
    return person.#enter("register", "RegisterInput!");
  }

  /** The same person on another device. */
  async another() {
    return new Person(this.server, this.username).#enter("login", "LoginInput!");
  }

  constructor(server, username) {
    this.server = server;
    this.username = username;
  }

  async #enter(field, type) {
    const payload = await this.ask(
      `mutation Enter($input: ${type}) {
        payload: ${field}(input: $input) { accessToken refreshToken userErrors { message } }
      }`,
      { input: { username: this.username, password: "correct horse battery" } },
    );
    if (!payload.payload.accessToken) throw new Error(JSON.stringify(payload));
    Object.assign(this, payload.payload);
    return this;
  }

  get headers() {
    return this.accessToken ? { authorization: `Bearer ${this.accessToken}` } : {};
  }

  /** The payload of `connection_init`. */
  get connectionParams() {
    return { authorization: `Bearer ${this.accessToken}` };
  }

  /** Asks and resolves to the data; errors are thrown. */
  async ask(query, variables) {
    const { body } = await post(this.server, { query, variables }, this.headers);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data;
  }

  async logout() {
    await this.ask("mutation { logout { userErrors { message } } }");
  }

  /** Makes a channel and resolves to its id. */
  async createChannel(name) {
    const data = await this.ask(
      "mutation ($input: CreateRoomInput!) { createRoom(input: $input) { room { id } } }",
      { input: { kind: "CHANNEL", name } },
    );
    return data.createRoom.room.id;
  }

  async send(roomId, body) {
    await this.ask(
      "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { message } } }",
      { input: { roomId, body } },
    );
  }
}

/** The same access token, signed by the server's own key, but expired. */
export async function expired(server, accessToken) {
  const secret = await readFile(join(server.dataDir, "keys/access-token-signing.key"), "utf8");
  const seed = Buffer.from(secret.trim(), "base64url").subarray(0, 32);
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
    format: "der",
    type: "pkcs8",
  });
  const [header, payload] = accessToken.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  claims.iat -= 3600;
  claims.exp -= 3600;
  const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
}
