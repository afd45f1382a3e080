import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, expect, it } from "vitest";
import { useRuntime } from "../runtime/tasks/runtimes.support.ts";

const closed = new Set<string>();
const { program, start } = useRuntime("process", {
  isDatabaseClosed: (address, { host, port }) => closed.has(`${address} ${host}:${port}`),
});

/** Returns what it gets, at an address of a database. */
const database = createServer((socket) => socket.pipe(socket)).listen(0, "127.34.130.53");
await once(database, "listening");
afterAll(() => void database.close());
const { address, port } = database.address() as AddressInfo;

it("leaves connections to a closed database without an answer, until its rules admit them", async () => {
  const way = `10.0.0.4 ${address}:${port}`;
  closed.add(way);
  const text = `
    import { connect } from "node:net";
    const attempt = () => {
      const socket = connect({ host: "${address}", port: ${port}, timeout: 50 }, () => console.log("connected"));
      socket.write("coffee");
      socket.once("timeout", () => { console.log("timed out"); socket.destroy(); attempt(); });
      socket.once("data", (data) => { console.log(String(data)); socket.destroy(); });
    };
    attempt();
  `;
  const { line, lines } = await start(await program(text));
  await line("timed out");
  expect(lines).not.toContain("connected");
  closed.delete(way);
  await line("coffee");
  expect(lines).toContain("connected");
});
