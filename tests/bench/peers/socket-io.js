// Socket.IO: everybody in a room gets what is emitted to it.

import { createServer } from "node:http";

import { Server } from "socket.io";

import { event, serve } from "./peer.js";

const server = createServer();
const io = new Server(server, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});

io.on("connection", (socket) => {
  socket.on("join", (room) => socket.join(room));
});

serve(server, (room) => io.to(`room-${room}`).emit("message", event(room)));
