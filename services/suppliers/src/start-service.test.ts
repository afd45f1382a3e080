import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startService } from "./start-service.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

const entry = (service: string) => fileURLToPath(new URL(`../../${service}/src/index.ts`, import.meta.url));

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await startTestDatabase();
});
afterAll(() => testDatabase.remove());

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function run(service: string, environment: Record<string, string>) {
  const child = spawn(process.execPath, [entry(service)], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, ...output }));
  const said = (text: string) =>
    new Promise<void>((done) => {
      const look = () => output.stdout.includes(text) && done();
      look();
      child.stdout.on("data", look);
    });
  return { child, ended, said };
}

async function start(service: string, port: number) {
  const running = run(service, { ...testDatabase.environment, APP_PORT: String(port) });
  await Promise.race([
    running.said("listens"),
    running.ended.then((end) => Promise.reject(new Error(end.stderr))),
  ]);
  return running;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

interface Answer {
  status: number | undefined;
  connection: string | undefined;
}

async function get(port: number, path: string, agent?: Agent): Promise<Answer> {
  const outgoing = request({ port, path, agent: agent ?? false }).end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return { status: response.statusCode, connection: response.headers.connection };
}

/** Asks over one kept connection until an answer closes it, as a load balancer does. */
async function askUntilClosed(port: number, path: string): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: Answer[] = [];
  do answers.push(await get(port, path, agent));
  while (answers.at(-1)?.connection !== "close");
  agent.destroy();
  return answers;
}

describe("a service that gets SIGTERM", () => {
  it("fails no request of kept connections under load, and exits with 0", async () => {
    const port = await freePort();
    const { child, ended } = await start("customer", port);
    const load = Promise.all(
      ["/", "/suppliers", "/", "/suppliers"].map((path) => askUntilClosed(port, path)),
    );
    await get(port, "/suppliers");
    child.kill("SIGTERM");
    const answers = (await load).flat();
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("finishes what is in flight and answers what still arrives", async () => {
    const port = await freePort();
    const { child, ended, said } = await start("employee", port);
    const lock = await testDatabase.connect();
    await lock.query("LOCK TABLES suppliers WRITE");
    const waiting = get(port, "/admin/suppliers", new Agent({ keepAlive: true }));
    await get(port, "/admin/health");
    child.kill("SIGTERM");
    await said("drains");
    expect(await get(port, "/admin/health")).toEqual({ status: 200, connection: "close" });
    await lock.query("UNLOCK TABLES");
    expect(await waiting).toEqual({ status: 200, connection: "close" });
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    await lock.end();
  });

  it("closes connections that stay idle or were never used", async () => {
    const port = await freePort();
    const { child, ended } = await start("customer", port);
    const unused = connect(port);
    await once(unused, "connect");
    const kept = new Agent({ keepAlive: true });
    await get(port, "/", kept);
    child.kill("SIGTERM");
    await once(unused.resume(), "close");
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    kept.destroy();
  });

  it("while it still waits for its database, exits with 0 at once", async () => {
    const silent = createServer().listen(0);
    const connected = once(silent, "connection");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const { child, ended } = run("customer", { APP_DB_HOST: "127.0.0.1", APP_DB_PORT: String(port) });
    await connected;
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 0 });
    silent.close();
  });
});

describe("a service that cannot start", () => {
  it.each([
    ["without a database host", () => ({}), /^customer did not start: APP_DB_HOST is not set: [^\n]+\n$/],
    [
      "with a wrong password",
      () => ({ ...testDatabase.environment, APP_DB_PASSWORD: "wrong" }),
      /^customer did not start: cannot use the database COFFEE at [^\n]+ as nodeapp: Access denied [^\n]+\n$/,
    ],
    [
      "on the port of another",
      () => ({ ...testDatabase.environment, APP_PORT: testDatabase.environment.APP_DB_PORT }),
      /^customer did not start: listen EADDRINUSE: address already in use [^\n]+\n$/,
    ],
  ])("%s says so in one sentence and exits with 1", async (_, environment, sentence) => {
    const { ended } = run("customer", environment());
    const { code, stderr } = await ended;
    expect(stderr).toMatch(sentence);
    expect(code).toBe(1);
  });

  it("because its own code throws says so in one sentence and exits with 1", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const exit = vi.fn();
    await startService({
      name: "customer",
      loadApp: () => Promise.reject(new Error("the beans are burnt")),
      process: Object.assign(new EventEmitter(), {
        env: testDatabase.environment,
        exit,
      }) as unknown as NodeJS.Process,
    });
    expect(said.mock.calls).toEqual([["customer did not start: the beans are burnt"]]);
    expect(exit).toHaveBeenCalledWith(1);
    said.mockRestore();
  });
});
