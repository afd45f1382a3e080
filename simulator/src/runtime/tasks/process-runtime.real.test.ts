import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createNetwork, type Network } from "../network.ts";
import type { PulledImage } from "../registry/registry.ts";
import { createFixedRegistry, makeImage, makeLayer, makeProgram } from "./images.support.ts";
import { isolation } from "./isolation.support.ts";
import { createProcessRuntime } from "./process-runtime.ts";
import type { TaskRuntime } from "./runtime.ts";
import { metadata } from "./runtimes.support.ts";

let directory: string;
let network: Network;
let images: Record<string, PulledImage>;
let runtime: TaskRuntime;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "runtime-test-"));
  network = createNetwork();
  images = {};
  runtime = createProcessRuntime({ registry: createFixedRegistry(images), network, directory });
});

afterEach(async () => {
  await runtime.close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts the image and collects its lines; `line(text)` resolves once a line holds the text. */
async function start(
  image: PulledImage,
  options: { address?: string; environment?: Record<string, string> } = {},
) {
  images.image = image;
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  const container = await runtime.start({
    image: await runtime.pull("image"),
    address: "10.0.0.4",
    ports: [],
    environment: {},
    isolation,
    metadata,
    ...options,
    onLine: (line) => {
      lines.push(line);
      for (const watch of watchers) watch();
    },
  });
  const line = (text: string) =>
    new Promise<void>((resolve) => {
      const watch = () => lines.some((line) => line.includes(text)) && resolve();
      watchers.add(watch);
      watch();
    });
  return { container, lines, line };
}

const server = (listen: string) => `
  import { createServer } from "node:http";
  const server = createServer((request, response) => response.end(process.env.NAME));
  server.listen(${listen}, () => console.log("ready", JSON.stringify(server.address())));
`;

async function ask(address: string, port: number): Promise<string> {
  const socket = network.resolve(address, port);
  if (!socket) throw new Error(`nothing is published at ${address}:${port}`);
  return (await fetch(`http://${socket.host}:${socket.port}/`)).text();
}

describe("a container's network", () => {
  it("lets two tasks listen on the same container port", async () => {
    const image = await makeProgram(directory, server("8080"));
    const one = await start(image, { address: "10.0.0.4", environment: { NAME: "one" } });
    const two = await start(image, { address: "10.0.0.5", environment: { NAME: "two" } });
    await Promise.all([one.line("ready"), two.line("ready")]);
    await expect
      .poll(() => network.resolve("10.0.0.5", 8080) && network.resolve("10.0.0.4", 8080))
      .toBeTruthy();
    expect(await ask("10.0.0.4", 8080)).toBe("one");
    expect(await ask("10.0.0.5", 8080)).toBe("two");
    one.container.kill();
    await one.container.exited;
    await expect.poll(() => network.resolve("10.0.0.4", 8080)).toBeUndefined();
  });

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
      const { line, lines } = await start(await makeProgram(directory, server(listen)), {
        environment: { NAME: "x" },
      });
      await line("ready");
      expect(lines).toEqual([`ready ${address}`]);
      await expect.poll(() => network.resolve("10.0.0.4", 8080)).toBeTruthy();
      expect(await ask("10.0.0.4", 8080)).toBe("x");
    },
  );

  it("does not publish servers on the container's loopback only", async () => {
    const program = `${server('8080, "127.0.0.1"')}; createServer(() => {}).listen(9090, () => console.log("both"))`;
    const { line } = await start(await makeProgram(directory, program));
    await line("both");
    await expect.poll(() => network.resolve("10.0.0.4", 9090)).toBeTruthy();
    expect(network.resolve("10.0.0.4", 8080)).toBeUndefined();
  });
});

describe("a container's process", () => {
  it("gets the image's and the given environment, and nothing of the simulator's", async () => {
    process.env.OF_THE_SIMULATOR = "secret";
    const image = await makeProgram(directory, "console.log(JSON.stringify(process.env))", [
      "A=image",
      "B=image",
    ]);
    const { container, lines } = await start(image, { environment: { B: "task" } });
    expect(await container.exited).toEqual({ exitCode: 0 });
    const environment = JSON.parse(lines[0] ?? "");
    expect(environment).toMatchObject({ A: "image", B: "task" });
    expect(environment).not.toHaveProperty("OF_THE_SIMULATOR");
    expect(environment).not.toHaveProperty("HOME");
  });

  it.each([
    ["process.kill(process.pid, 'SIGKILL')", 137],
    ["process.kill(process.pid, 'SIGTERM')", 143],
  ])("reports the end by %s as exit code %i", async (program, exitCode) => {
    const { container } = await start(await makeProgram(directory, program));
    expect(await container.exited).toEqual({ exitCode });
  });

  it("ends processes that left its process group, too", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const program = `
      import { spawn } from "node:child_process";
      spawn(process.execPath, ["-e", "require('net').connect(${port}, '127.0.0.1')"], { stdio: "ignore", detached: true });
    `;
    const { container } = await start(await makeProgram(directory, program));
    const [connection] = await once(server, "connection");
    container.kill();
    await once(connection.on("error", () => {}).resume(), "close");
    server.close();
  });

  it("does not wait for the output of processes that left it", async () => {
    const program = `
      import { spawn } from "node:child_process";
      spawn("/bin/sleep", ["3"], { stdio: "inherit", detached: true }).unref();
      console.log("left");
      process.exit(0);
    `;
    const { container } = await start(await makeProgram(directory, program));
    expect(await container.exited).toEqual({ exitCode: 0 });
  });

  it("ends its child processes", async () => {
    const program = `
      import { spawn } from "node:child_process";
      spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log('grandchild')"], { stdio: "inherit" });
    `;
    const { container, line } = await start(await makeProgram(directory, program));
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
  const simulator = spawn(process.execPath, [program, directory, String(port), ...share], {
    stdio: "inherit",
  });
  const [connection] = await once(server, "connection");
  const [pid] = await once(connection, "data");
  const state = async () => (await readFile(`/proc/${pid}/stat`, "latin1")).split(") ")[1]?.[0];
  if (share.length > 0) await expect.poll(state, { timeout: 60_000 }).toBe("T");
  simulator.kill("SIGKILL");
  // The system ends the task's connection with the task.
  await once(connection.on("error", () => {}).resume(), "close");
  server.close();
});

describe("an image", () => {
  it("is its layers one over the other, without files that whiteouts remove", async () => {
    const program = `
      import { readdirSync, readFileSync } from "node:fs";
      console.log(readdirSync(".").sort().join(), readdirSync("opaque").join(), readFileSync("kept", "utf8"));
    `;
    const image = makeImage(
      [
        await makeLayer(directory, { "app/kept": "below", "app/removed": "", "app/opaque/old": "" }),
        await makeLayer(directory, {
          "app/.wh.removed": "",
          "app/opaque/.wh..wh..opq": "",
          "app/opaque/new": "",
        }),
        await makeLayer(directory, { "app/kept": "above", "app/main.mjs": program }),
      ],
      { Entrypoint: ["node"], Cmd: ["/app/main.mjs"], WorkingDir: "/app" },
    );
    const { container, lines } = await start(image);
    expect(await container.exited).toEqual({ exitCode: 0 });
    expect(lines).toEqual(["kept,main.mjs,opaque new above"]);
  });

  it("keeps absolute links inside itself", async () => {
    const layer = await makeLayer(
      directory,
      { "opt/tool/greet": "#!/bin/sh\necho hello\n" },
      { "usr/bin/greet": "/opt/tool/greet" },
    );
    const { container, lines } = await start(makeImage([layer], { Entrypoint: ["greet"] }));
    expect(await container.exited).toEqual({ exitCode: 0 });
    expect(lines).toEqual(["hello"]);
  });

  it("runs a program that a later layer puts into a folder that is a link, in a folder that is one, too", async () => {
    const program = "console.log(process.cwd().endsWith('/srv/app'))";
    const image = makeImage(
      [
        await makeLayer(
          directory,
          { "usr/bin/base": "", "srv/app/empty": "" },
          { bin: "usr/bin", app: "../../srv/app" },
        ),
        await makeLayer(directory, {
          "bin/greet": `#!/bin/sh\nexec node "$0.mjs"\n`,
          "bin/greet.mjs": program,
        }),
      ],
      { Entrypoint: ["/bin/greet"], WorkingDir: "/app" },
    );
    const { container, lines } = await start(image);
    expect(await container.exited).toEqual({ exitCode: 0 });
    expect(lines).toEqual(["true"]);
  });

  it.each([
    [["nginx"], 'CannotStartContainerError: exec: "nginx": executable file not found in $PATH'],
    [
      ["/bin/bash"],
      'CannotStartContainerError: exec: "/bin/bash": stat /bin/bash: no such file or directory',
    ],
    [[], "CannotStartContainerError: no command specified: the image has neither entrypoint nor command"],
  ])("with a missing entrypoint %j cannot be started", async (entrypoint, message) => {
    const image = makeImage([await makeLayer(directory, {})], { Entrypoint: entrypoint });
    await expect(start(image)).rejects.toThrow(message);
  });
});
