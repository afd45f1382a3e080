import { expect, it } from "vitest";
import { createVirtualClock } from "../../virtual-clock.support.ts";
import { createNetwork } from "../network.ts";
import { createFixedRegistry, makeImage } from "./images.support.ts";
import {
  createInProcessRuntime,
  imageConfigOf,
  type Program,
  webProgram,
} from "./in-process-runtime.support.ts";
import { isolation } from "./isolation.support.ts";

async function run(program: Program, environment: Record<string, string> = {}) {
  const clock = createVirtualClock();
  const network = createNetwork();
  const registry = createFixedRegistry({ web: makeImage([], imageConfigOf(program)) });
  const runtime = createInProcessRuntime({ registry, network, clock });
  const lines: string[] = [];
  const container = await runtime.start({
    image: await runtime.pull("web"),
    address: "10.0.0.4",
    ports: [8080],
    command: ["migrate", "now"],
    environment,
    isolation,
    metadata: { id: "1", container: () => ({}), task: () => ({}) },
    onLine: (line) => lines.push(line),
  });
  const get = async () => {
    const socket = network.resolve("10.0.0.4", 8080);
    return socket && (await fetch(`http://${socket.host}:${socket.port}/`)).text();
  };
  return { runtime, container, lines, get, clock };
}

it("serves the ports of a task until SIGTERM", async () => {
  const { container, get } = await run(webProgram, { VERSION: "2" });
  expect(await get()).toBe("2");
  expect(await container.stop("SIGTERM", 30_000)).toEqual({ exitCode: 0 });
  expect(await get()).toBeUndefined();
});

it("ends a program that throws as Node does: with the error in its log and exit code 1", async () => {
  const { container, lines } = await run(webProgram, { VERSION: "crash" });
  expect(await container.exited).toEqual({ exitCode: 1 });
  expect(lines[0]).toBe("Error: cannot read the menu");
});

it("ends a program with the number that it returns, after its lines", async () => {
  const { container, lines } = await run(({ args, log }) => {
    log(args.join(" "));
    return 7;
  });
  expect(await container.exited).toEqual({ exitCode: 7 });
  expect(lines).toEqual(["migrate now"]);
});

it("kills a program that ignores SIGTERM once its stop timeout has passed", async () => {
  const { container, clock } = await run(webProgram, { VERSION: "stuck" });
  const start = clock.foreground.now();
  expect(await clock.during(container.stop("SIGTERM", 30_000))).toEqual({ exitCode: 137 });
  expect(clock.foreground.now() - start).toBe(30_000);
});

it("reports a program's CPU usage in the time of its clock", async () => {
  const { container, clock } = await run(({ use }) => use(0.5, 1024));
  await clock.foreground.wait(60_000);
  expect(await container.usage()).toEqual({ cpuNs: 30e9, memoryBytes: 1024 });
});

it("cannot pull a missing image", async () => {
  const { runtime } = await run(webProgram);
  await expect(runtime.pull("other")).rejects.toThrow(/^CannotPullContainerError.*not found$/);
});
