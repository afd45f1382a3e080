import { describe, expect, it, vi } from "vitest";
import { startAllowanceMs, taskRuntimeKinds } from "./runtime.ts";
import { hasDocker, useRuntime } from "./runtimes.support.ts";

/** Serves, which shows that it has started. */
const serve = `
  import { createServer } from "node:http";
  await new Promise((resolve) => createServer().listen(8080, resolve));
  console.log("up");
`;
/** Keeps a core busy forever, once it is limited. */
const busy = (afterMs: number) => `
  ${serve}
  process.on("SIGTERM", () => { console.log("asked"); process.exit(0); });
  const work = () => { const end = Date.now() + 20; while (Date.now() < end); setImmediate(work); };
  setTimeout(work, ${afterMs});
`;
/** The same work in an additional process. */
const busyChild = (afterMs: number) => `
  ${serve}
  import { spawn } from "node:child_process";
  setTimeout(() => spawn(process.execPath, ["--eval", "for (;;);"], { stdio: "ignore" }), ${afterMs});
`;
/** CPU seconds per real second. */
const vcpuShare = 0.4;
const cpu = 256;
const cores = 0.1;
const observedMs = 4_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(taskRuntimeKinds)("as %s, where a vCPU is a share of a core", (kind) => {
  describe.skipIf(kind === "docker" && !hasDocker)("a task", () => {
    /** Docker does not report when its containers listen. */
    const heldAfterMs = kind === "docker" ? startAllowanceMs : 0;
    const { program, start, push } = useRuntime(kind, { vcpuShare });

    /**
     * Measures the cores that containers use from now on, until the claim holds for them. A busy machine takes longer to
     * hold a task back, which then gets less; a task without a limit never fulfils the claim on a machine with time left.
     */
    async function measureUntil(
      containers: Awaited<ReturnType<typeof start>>["container"][],
      claim: (used: readonly number[]) => void,
    ) {
      const read = () => Promise.all(containers.map(async (each) => (await each.usage())?.cpuNs ?? 0));
      const before = await read();
      const beganAt = performance.now();
      const used = async () => {
        const after = await read();
        const elapsedNs = (performance.now() - beganAt) * 1e6;
        return after.map((cpuNs, index) => (cpuNs - (before[index] ?? 0)) / elapsedNs);
      };
      await vi.waitFor(async () => claim(await used()), { interval: observedMs, timeout: 120_000 });
    }

    it.each([
      ["itself", busy],
      ["a child of it", busyChild],
    ])("gets no more than its CPU units' share of it, used by %s", async (_, text) => {
      const { container, line } = await start(await program(text(heldAfterMs)), { isolation: { cpu } });
      await line("up");
      // A child is found within a second, and its usage until then is compensated.
      await pause(heldAfterMs + 1_500);
      await measureUntil([container], ([used]) => {
        expect(used).toBeLessThan(cores * 1.6);
        expect(used).toBeGreaterThan(0);
      });
    });

    it("gets the same as another, and three of them three times as much as one", async () => {
      const image = await program(busy(heldAfterMs));
      const tasks = await Promise.all(
        [1, 2, 3].map((number) => start(image, { address: `10.0.0.${number}`, isolation: { cpu } })),
      );
      await Promise.all(tasks.map(({ line }) => line("up")));
      await pause(heldAfterMs);
      const containers = tasks.map(({ container }) => container);
      await measureUntil(containers, (used) => {
        expect(Math.max(...used)).toBeLessThan(cores * 1.6);
        // A loaded machine has less CPU time to give, but no task gets it at the expense of another.
        expect(Math.max(...used) / Math.min(...used)).toBeLessThan(3);
      });
    });

    it("ends at full speed when it is asked to, with any debt", async () => {
      const { container, line, lines } = await start(await program(busy(heldAfterMs)), {
        isolation: { cpu: 64 },
      });
      await line("up");
      await pause(heldAfterMs + 500);
      expect(await container.stop("SIGTERM", 30_000)).toEqual({ exitCode: 0 });
      expect(lines).toEqual(["up", "asked"]);
    });

    // Docker counts them with the container's own.
    if (kind === "process")
      it("runs additional commands without a limit", async () => {
        const { container, line } = await start(await program(busy(heldAfterMs)), { isolation: { cpu: 64 } });
        await line("up");
        await pause(heldAfterMs);
        const check = ["node", "--eval", "console.log('checked')"];
        expect(await container.exec(check, 30_000)).toEqual({ exitCode: 0, output: "checked\n" });
      });

    it("reports the memory that it holds", async () => {
      const mebibytes = 64;
      const { container, line } = await start(
        await program(`
          globalThis.held = Buffer.alloc(${mebibytes} * 1024 ** 2, 1);
          console.log("up");
          setInterval(() => {}, 1000);
        `),
      );
      await line("up");
      const { memoryBytes = 0 } = (await container.usage()) ?? {};
      expect(memoryBytes).toBeGreaterThan(mebibytes * 1024 ** 2);
      expect(memoryBytes).toBeLessThan(4 * mebibytes * 1024 ** 2);
    });

    // A script of the machine's shell; Docker's container has none.
    if (kind === "process")
      it("of an image without Node is limited as well", async () => {
        const image = await push(
          [{ "app/run": `#!/bin/sh\necho up\nsleep ${startAllowanceMs / 1_000}\nwhile :; do :; done\n` }],
          {
            Entrypoint: ["/app/run"],
          },
        );
        const { container, line } = await start(image, { isolation: { cpu } });
        await line("up");
        await pause(startAllowanceMs);
        await measureUntil([container], ([used]) => expect(used).toBeLessThan(cores * 1.6));
      });
  });
});
