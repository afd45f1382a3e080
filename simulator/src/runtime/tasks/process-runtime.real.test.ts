import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeLayer } from "./images.support.ts";
import { useRuntime } from "./runtimes.support.ts";

const test = useRuntime("process");
const { program, push, run, start, ask, network } = test;

const server = (listen: string) => `
  import { createServer } from "node:http";
  const server = createServer((request, response) => response.end(process.env.NAME));
  server.listen(${listen}, () => console.log("ready", JSON.stringify(server.address())));
`;

describe("a container's network", () => {
  it.each([
    ["a port and a host", '8080, "0.0.0.0"', '{"address":"0.0.0.0","family":"IPv4","port":8080}'],
    ["options", "{ port: 8080 }", '{"address":"::","family":"IPv6","port":8080}'],
    [
      "IPv6 only",
      '{ port: 8080, host: "::", ipv6Only: true }',
      '{"address":"::","family":"IPv6","port":8080}',
    ],
    ["a port as text", '"8080"', '{"address":"::","family":"IPv6","port":8080}'],
  ])(
    "maps a server that listens with %s, and returns the requested port to it",
    async (_, listen, address) => {
      const { line, lines } = await start(await program(server(listen)), {
        environment: { NAME: "x" },
      });
      await line("ready");
      expect(lines).toEqual([`ready ${address}`]);
      await expect.poll(() => network.resolve("10.0.0.4", 8080)).toBeTruthy();
      expect(await ask("10.0.0.4", 8080)).toBe("x");
    },
  );
});

it("reaches a database by the port of MySQL when that is in use, also from a child process", async () => {
  const port = 33_333;
  const host = `127.34.${port >> 8}.${port & 255}`;
  const database = createServer((socket) => socket.end("coffee")).listen(port, host);
  await once(database, "listening");
  const child = `require("net").connect({ host: "${host}", port: 3306 }).pipe(process.stdout)`;
  const text = `require("child_process").spawn("node", ["-e", ${JSON.stringify(child)}], { stdio: "inherit" })`;
  // The task has that port, too.
  const { lines } = await run("", { entryPoint: ["node", "-e", text], ports: [3306] });
  database.close();
  expect(lines).toEqual(["coffee"]);
});

describe("a stated service time", () => {
  const hourMs = 3_600_000;
  const { program, start, run, network } = useRuntime("process", { serviceTimeMs: hourMs });

  it("holds requests of load balancers for it, but no health checks", async () => {
    const { line } = await start(await program(server("8080")), { environment: { NAME: "x" } });
    await line("ready");
    await expect.poll(() => network.resolve("10.0.0.4", 8080)).toBeTruthy();
    const { host, port } = network.resolve("10.0.0.4", 8080) ?? {};
    const ended = new AbortController();
    const headers = { "x-forwarded-for": "198.51.100.7" };
    const held = fetch(`http://${host}:${port}/`, { headers, signal: ended.signal }).then(
      () => "served",
      () => "held",
    );
    expect(await (await fetch(`http://${host}:${port}/health`)).text()).toBe("x");
    ended.abort();
    expect(await held).toBe("held");
  });

  it.each([
    [256, 4],
    [512, 2],
    [1024, 1],
    // Node computes in one thread.
    [2048, 1],
  ])("with %i CPU units is %i times that of a vCPU", async (cpu, times) => {
    const text = "console.log(process.env.SIMULATOR_SERVICE_TIME_MS)";
    expect((await run(text, { isolation: { cpu } })).lines).toEqual([String(times * hourMs)]);
  });
});

describe("a container's process", () => {
  it.each([
    ["process.kill(process.pid, 'SIGKILL')", 137],
    ["process.kill(process.pid, 'SIGTERM')", 143],
  ])("reports the end by %s as exit code %i", async (text, exitCode) => {
    expect(await run(text)).toMatchObject({ exitCode });
  });

  it("ends processes that left its process group, too", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const text = `
      import { spawn } from "node:child_process";
      spawn(process.execPath, ["-e", "require('net').connect(${port}, '127.0.0.1')"], { stdio: "ignore", detached: true });
    `;
    const { container } = await start(await program(text));
    const [connection] = await once(server, "connection");
    container.kill();
    await once(connection.on("error", () => {}).resume(), "close");
    server.close();
  });

  it("does not wait for the output of processes that left it", async () => {
    const text = `
      import { spawn } from "node:child_process";
      spawn("/bin/sleep", ["3"], { stdio: "inherit", detached: true }).unref();
      console.log("left");
      process.exit(0);
    `;
    expect(await run(text)).toMatchObject({ exitCode: 0 });
  });

  it("ends its child processes", async () => {
    const text = `
      import { spawn } from "node:child_process";
      spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log('grandchild')"], { stdio: "inherit" });
    `;
    const { container, line } = await start(await program(text));
    await line("grandchild");
    container.kill();
    // Resolves only when no process holds the container's output any more, the grandchild included.
    expect(await container.exited).toEqual({ exitCode: 137 });
  });
});

it.each([
  ["", []],
  [" while it is held to its share of a core", ["0.01"]],
])("ends with the simulator, even when that is killed%s", async (_, share) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const program = join(import.meta.dirname, "simulator.support.ts");
  const simulator = spawn(process.execPath, [program, test.directory, String(port), ...share], {
    stdio: "inherit",
  });
  const [connection] = await once(server, "connection");
  const [pid] = await once(connection, "data");
  const state = async () => (await readFile(`/proc/${pid}/stat`, "latin1")).split(") ")[1]?.[0];
  if (share.length > 0) await expect.poll(state).toBe("T");
  simulator.kill("SIGKILL");
  // The system ends the task's connection with the task.
  await once(connection.on("error", () => {}).resume(), "close");
  server.close();
});

describe("an image", () => {
  it("is its layers one over the other, without files that whiteouts remove", async () => {
    const text = `
      import { readdirSync, readFileSync } from "node:fs";
      console.log(readdirSync(".").sort().join(), readdirSync("opaque").join(), readFileSync("kept", "utf8"));
    `;
    const image = await push(
      [
        { "app/kept": "below", "app/removed": "", "app/opaque/old": "" },
        { "app/.wh.removed": "", "app/opaque/.wh..wh..opq": "", "app/opaque/new": "" },
        { "app/kept": "above", "app/main.mjs": text },
      ],
      { Entrypoint: ["node"], Cmd: ["/app/main.mjs"], WorkingDir: "/app" },
    );
    const { container, lines } = await start(image);
    expect(await container.exited).toEqual({ exitCode: 0 });
    expect(lines).toEqual(["kept,main.mjs,opaque new above"]);
  });

  it("runs a program that a later layer puts into a folder that is a link, in a folder that is one, too", async () => {
    const text = "console.log(process.cwd().endsWith('/srv/app'))";
    const image = await push(
      [
        await makeLayer(
          test.directory,
          { "usr/bin/base": "", "srv/app/empty": "" },
          { bin: "usr/bin", app: "../../srv/app" },
        ),
        { "bin/greet": `#!/bin/sh\nexec node "$0.mjs"\n`, "bin/greet.mjs": text },
      ],
      { Entrypoint: ["/bin/greet"], WorkingDir: "/app" },
    );
    const { container, lines } = await start(image);
    expect(await container.exited).toEqual({ exitCode: 0 });
    expect(lines).toEqual(["true"]);
  });
});
