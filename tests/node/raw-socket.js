// A WebSocket that says exactly what it is told, and notes what it hears.

import { once } from "node:events";

import { WebSocket } from "ws";

export class RawSocket {
  #heard = [];
  #waiting = [];

  /** Opens a socket; resolves when the handshake is over. */
  static async open(server, { protocol = "graphql-transport-ws", ...options } = {}) {
    const raw = new RawSocket(new WebSocket(server.socket, protocol, options));
    await once(raw.socket, "open");
    return raw;
  }

  /** Opens a socket and logs in; resolves when that is acknowledged. */
  static async ready(server, payload) {
    const raw = await RawSocket.open(server);
    raw.say({ type: "connection_init", ...(payload && { payload }) });
    const ack = await raw.hear();
    if (ack.type !== "connection_ack") throw new Error(JSON.stringify(ack));
    return raw;
  }

  /** Asks for a socket that is refused; resolves to the status and text of the answer. */
  static async refused(server, protocol, options) {
    const socket = new WebSocket(server.socket, protocol, options);
    const [, response] = await once(socket, "unexpected-response");
    let text = "";
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, text };
  }

  constructor(socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on("error", () => {});
    socket.on("message", (data) => this.#push({ message: JSON.parse(data) }));
    socket.on("close", (code) => this.#push({ closed: code }));
  }

  #push(event) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(event);
    else this.#heard.push(event);
  }

  say(message) {
    this.socket.send(typeof message === "object" ? JSON.stringify(message) : message);
  }

  subscribe(id, query, variables) {
    this.say({ type: "subscribe", id, payload: { query, variables } });
  }

  /** The next message; throws if the socket is closed before it comes. */
  async hear() {
    const event =
      this.#heard.shift() ?? (await new Promise((resolve) => this.#waiting.push(resolve)));
    if (event.message) return event.message;
    throw new Error(`closed with ${event.closed}`);
  }

  /** The close code, once there is one. */
  async code() {
    return (await this.closed).code;
  }
}
