// What the peers have in common: the event that they deliver, and the socket that says when.

import { createServer } from "node:net";

const body = process.argv[2];
let seq = 0;

/** A new event of a room, as Causerie would write it. */
export function event(room) {
  seq += 1;
  return {
    cursor: `bG9nO${String(seq).padStart(7, "0")}`,
    message: {
      id: `msg_${String(seq).padStart(26, "0")}`,
      seq,
      body,
      sentAt: new Date().toISOString(),
      author: { id: `usr_${"1".padStart(26, "0")}`, displayName: "person-1" },
    },
    room: { id: `room_${String(room).padStart(26, "0")}` },
  };
}

/** Starts `server` and calls `publish` with a room's number whenever its two bytes come. */
export function serve(server, publish) {
  const control = createServer((socket) => {
    let rest = Buffer.alloc(0);
    socket.on("data", (data) => {
      rest = rest.length > 0 ? Buffer.concat([rest, data]) : data;
      let at = 0;
      for (; at + 2 <= rest.length; at += 2) publish(rest.readUInt16BE(at));
      rest = rest.subarray(at);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    control.listen(0, "127.0.0.1", () => {
      console.log(`ready ${server.address().port} ${control.address().port}`);
    });
  });
}
