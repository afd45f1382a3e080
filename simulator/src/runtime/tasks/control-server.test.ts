import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { startControlServer } from "./control-server.ts";

it("outlives the connection of a task that was killed, and hears the next one", async () => {
  await using ends = new AsyncDisposableStack();
  const server = await startControlServer();
  ends.defer(server.close);
  const heard = Promise.withResolvers<number>();
  let isReset = false;
  server.expect("task", {
    onListening: ({ port }) => (isReset ? heard.resolve(port) : killed.resolve()),
    isClosed: () => false,
  });
  const killed = Promise.withResolvers<void>();
  const openTask = async (port: number): Promise<Socket> => {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(`${JSON.stringify({ token: "task" })}\n${JSON.stringify({ port, servedOn: 1 })}\n`);
    return socket;
  };
  const first = await openTask(8080);
  await killed.promise;
  isReset = true;
  first.resetAndDestroy();
  await once(first, "close");
  await openTask(8081);
  expect(await heard.promise).toBe(8081);
  server.forget("task");
});
