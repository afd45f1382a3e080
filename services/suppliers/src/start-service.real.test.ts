import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { freePort } from "@ecs-delivery/simulator/runtime/database/database-server";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ask, askUntilClosed } from "./ask.support.ts";
import { startTestDatabase, type TestDatabase } from "./database/test-database.support.ts";
import { bundleServices, runNode, type ServiceBundles, startTestService } from "./test-service.support.ts";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

let testDatabase: TestDatabase;
let bundles: ServiceBundles;
beforeAll(async () => {
  [testDatabase, bundles] = await Promise.all([startTestDatabase(), bundleServices("customer", "employee")]);
  await (await testDatabase.open()).close();
});
afterAll(() => Promise.all([testDatabase?.remove(), bundles?.remove()]));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

type Line = Record<string, unknown> & { readonly message: string };

/** Ends the program after the test, and parses its output as lines of JSON. */
function kept<Running extends ReturnType<typeof runNode>>(running: Running) {
  children.push(running.child);
  return { ...running, ended: running.ended.then((end) => ({ ...end, lines: parse(end.stdout) })) };
}

const run = (args: string[], environment: Record<string, string>) => kept(runNode(args, environment));

const parse = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const start = (service: string) => listen([bundles.entry(service)]);

const listen = async (args: string[]) => kept(await startTestService(args, testDatabase.environment));

describe("a service that gets SIGTERM", () => {
  it("fails no request of kept connections under load, loses no line of its log, and exits with 0", async () => {
    const { child, ended, port } = await start("customer");
    const load = Promise.all(
      ["/", "/suppliers", "/", "/suppliers"].map((path) =>
        askUntilClosed((agent) => ask(port, path, { agent })),
      ),
    );
    const first = await ask(port, "/suppliers");
    child.kill("SIGTERM");
    const answers = [first, ...(await load).flat()];
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const { code, stderr, lines } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const logged = lines.filter(({ status }) => status === 200).map(({ requestId }) => requestId);
    expect(logged.sort()).toEqual(answers.map(({ requestId }) => requestId).sort());
  });

  it("finishes requests in progress and responds to new ones", async () => {
    const { child, ended, said, port } = await start("employee");
    const lock = await testDatabase.connect();
    await lock.query("LOCK TABLES suppliers WRITE");
    const waiting = ask(port, "/admin/suppliers", { agent: new Agent({ keepAlive: true }) });
    await ask(port, "/admin/health");
    child.kill("SIGTERM");
    await said("drains");
    expect(await ask(port, "/admin/health")).toMatchObject({ status: 200, connection: "close" });
    await lock.query("UNLOCK TABLES");
    expect(await waiting).toMatchObject({ status: 200, connection: "close" });
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    await lock.end();
  });

  it("closes connections that stay idle or were never used", async () => {
    const { child, ended, port } = await start("customer");
    const unused = connect(port);
    await once(unused, "connect");
    const kept = new Agent({ keepAlive: true });
    await ask(port, "/", { agent: kept });
    child.kill("SIGTERM");
    await once(unused.resume(), "close");
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    kept.destroy();
  });

  it("exits with 0 at once while it waits for its database", async () => {
    const silent = createServer().listen(0);
    const connected = once(silent, "connection");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const { child, ended } = run([bundles.entry("customer")], {
      APP_DB_HOST: "127.0.0.1",
      APP_DB_PORT: String(port),
    });
    await connected;
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 0 });
    silent.close();
  });
});

describe("the log of a service", () => {
  it("has a line for every request, with the load balancer's ids and the visitor, without the query", async () => {
    const { child, ended, port } = await start("customer");
    const headers = {
      "x-request-id": "abc-123",
      "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
      "x-forwarded-for": "198.51.100.1, 203.0.113.7",
    };
    const answer = await ask(port, "/suppliers?search=O%27Brien", { headers });
    expect(answer.requestId).toBe("abc-123");
    child.kill("SIGTERM");
    const { lines } = await ended;
    expect(lines.find(({ requestId }) => requestId === "abc-123")).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: "customer",
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      requestId: "abc-123",
      traceId: "Root=1-67891233-abcdef012345678912345678",
      client: "203.0.113.7",
      method: "GET",
      path: "/suppliers",
      status: 200,
      durationMs: expect.any(Number),
      bytes: expect.any(Number),
      message: "GET /suppliers 200",
    });
  });

  it("has no successful health checks, and no invented ids", async () => {
    const { child, ended, port } = await start("employee");
    await ask(port, "/admin/health");
    await ask(port, "/admin/ready");
    const { requestId } = await ask(port, "/nothing", {
      headers: { "x-request-id": 'x" forged="1', "x-amzn-trace-id": "<script>" },
    });
    expect(requestId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    child.kill("SIGTERM");
    const { lines, stdout } = await ended;
    expect(lines.filter(({ status }) => status).map(({ level, message }) => [level, message])).toEqual([
      ["warn", "GET /nothing 404"],
    ]);
    expect(stdout).not.toMatch(/forged|script/);
  });

  it("is as detailed as LOG_LEVEL", async () => {
    const quiet = run([bundles.entry("customer"), "migrate"], {
      ...testDatabase.environment,
      LOG_LEVEL: "warn",
    });
    expect(await quiet.ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });
});

describe("the other commands", () => {
  it("migrate prints what it did", async () => {
    const { code, lines } = await run([bundles.entry("customer"), "migrate"], testDatabase.environment).ended;
    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.objectContaining({ level: "info", applied: [], message: "the database is up to date" }),
    ]);
  });

  it("health prints nothing when all is well, and the reason when it is not", async () => {
    const { port } = await start("employee");
    const check = (APP_PORT: number) =>
      run([bundles.entry("employee"), "health"], { APP_PORT: String(APP_PORT) }).ended;
    expect(await check(port)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const { code, lines } = await check(await freePort());
    expect(code).toBe(1);
    expect(lines.at(-1)?.message).toMatch(/^employee health failed: connect ECONNREFUSED /);
  });
});

/** Returns a program whose app runs `code` when it is loaded. */
const programOf = (code: string) => [
  "--input-type=module",
  "--eval",
  `import { startService } from ${JSON.stringify(file("./start-service.ts"))};
  await startService({ name: "customer", version: "1.0.0", port: 1, rights: [], process, loadApp: async () => { ${code} } });`,
];

describe("a service that fails", () => {
  it.each([
    ["without a database host", () => ({}), /^customer serve failed: APP_DB_HOST is not set: [^\n]+$/],
    [
      "with a wrong password",
      () => ({ ...testDatabase.environment, APP_DB_PASSWORD: "wrong" }),
      /^customer serve failed: cannot use the database COFFEE at [^\n]+ as nodeapp: Access denied [^\n]+$/,
    ],
    [
      "on the port of another",
      () => ({ ...testDatabase.environment, APP_PORT: testDatabase.environment.APP_DB_PORT }),
      /^customer serve failed: listen EADDRINUSE: address already in use [^\n]+$/,
    ],
    [
      "with a level that the log does not know",
      () => ({ ...testDatabase.environment, LOG_LEVEL: "verbose" }),
      /^customer serve failed: LOG_LEVEL must be one of debug, info, warn, error, fatal; not "verbose"$/,
    ],
  ])("%s ends with exit code 1 and one line with the cause at its end", async (_, environment, sentence) => {
    const { code, stderr, lines } = await run([bundles.entry("customer")], environment()).ended;
    expect({ code, stderr, lines: lines.length }).toEqual({ code: 1, stderr: "", lines: 1 });
    expect(lines[0]).toEqual({
      level: "fatal",
      time: expect.any(String),
      service: "customer",
      version: "1.0.0",
      message: expect.stringMatching(sentence),
    });
    expect(Object.keys(lines[0] ?? {}).at(-1)).toBe("message");
  });

  it("also prints the place of an error of its own at start", async () => {
    const { code, lines } = await run(programOf("beans.roast()"), testDatabase.environment).ended;
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatchObject({
      level: "fatal",
      error: { class: "ReferenceError", stack: expect.stringContaining("at ") },
      message: "customer serve failed: beans is not defined",
    });
  });

  it("later loses no line of its log", async () => {
    const crash = `
      const { site, createApp } = await import(${JSON.stringify(file("../../customer/src/app.ts"))});
      const burn = () => { throw new TypeError("the beans are burnt"); };
      return {
        site,
        createApp: (parts) => createApp(parts).get("/burn", (c) => { setTimeout(burn, 1); return c.text("soon"); }),
      };`;
    const { ended, port } = await listen(programOf(crash));
    for (let asked = 0; asked < 20; asked++) await ask(port, "/");
    await ask(port, "/burn");
    const { code, lines } = await ended;
    expect(code).toBe(1);
    expect(lines.filter(({ path }) => path === "/")).toHaveLength(20);
    expect(lines.at(-1)).toMatchObject({
      level: "fatal",
      error: { class: "TypeError", stack: expect.stringContaining("at ") },
      message: "customer crashed: the beans are burnt",
    });
  });
});
