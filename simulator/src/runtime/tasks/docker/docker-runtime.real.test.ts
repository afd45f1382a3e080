import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { hasDocker, useRuntime } from "../runtimes.support.ts";

/** Returns the output of the `docker` command, without its last line break. */
async function docker(...args: string[]): Promise<string> {
  return (await promisify(execFile)("docker", args)).stdout.trimEnd();
}

/** Returns the only container with this label, as `docker inspect` shows it. */
async function inspect(name: string) {
  const id = await docker("ps", "--quiet", "--filter", `label=test=${name}`);
  return JSON.parse(await docker("inspect", id))[0];
}

const waits = "setInterval(() => {}, 1000); console.log('up')";

describe.skipIf(!hasDocker)("a container of Docker's", () => {
  const test = useRuntime("docker");
  const { program, push, start, ask, network } = test;

  it("is killed when it takes more memory than it has, and reports it", async () => {
    const eater = "const all = []; for (;;) all.push(Buffer.alloc(1e7, 1));";
    const { container } = await start(await program(eater), { isolation: { memory: 64 } });
    expect(await container.exited).toEqual({
      exitCode: 137,
      reason: "OutOfMemoryError: Container killed due to memory usage",
    });
  });

  it("runs as the user it is given, and cannot write where its root is read-only", async () => {
    const text = `
      import { writeFileSync } from "node:fs";
      try { writeFileSync("/tmp/file", "") } catch (error) { console.log(process.getuid(), error.code) }
    `;
    const { container, lines } = await start(await program(text), {
      isolation: { user: "65532:65532", readOnlyRoot: true },
    });
    await container.exited;
    expect(lines).toEqual(["65532 EROFS"]);
  });

  it("is limited to the figures of its task definition", async () => {
    const text = `console.log(process.constrainedMemory() / 1024 ** 2, process.ppid); ${waits}`;
    const { line, lines } = await start(await program(text), {
      isolation: {
        memory: 256,
        cpu: 512,
        cpuShares: 100,
        init: true,
        addedCapabilities: ["SYS_PTRACE"],
        droppedCapabilities: ["NET_RAW"],
        ulimits: [{ name: "nofile", soft: 1000, hard: 2000 }],
        kernelParameters: { "net.core.somaxconn": "512" },
        labels: { test: "figures", "com.amazonaws.ecs.task-arn": "arn:task" },
      },
    });
    await line("up");
    // Process 1 is the init.
    expect(lines).toEqual(["256 1", "up"]);
    const { HostConfig, Config } = await inspect("figures");
    expect(HostConfig).toMatchObject({
      Memory: 256 * 1024 ** 2,
      MemorySwap: 256 * 1024 ** 2,
      CpuPeriod: 100_000,
      CpuQuota: 50_000,
      CpuShares: 100,
      Privileged: false,
      CapAdd: [expect.stringMatching(/SYS_PTRACE$/)],
      CapDrop: [expect.stringMatching(/NET_RAW$/)],
      Ulimits: [{ Name: "nofile", Soft: 1000, Hard: 2000 }],
      Sysctls: { "net.core.somaxconn": "512" },
    });
    expect(Config).toMatchObject({
      Labels: { "com.amazonaws.ecs.task-arn": "arn:task" },
      // ECS ignores the image's own, if there is one.
      Healthcheck: { Test: ["NONE"] },
    });
  });

  it("is published on a loopback port and on no other address", async () => {
    const server = `
      import { createServer } from "node:http";
      createServer((_, response) => response.end("hello")).listen(8080, () => console.log("ready"));
    `;
    const { line } = await start(await program(server), {
      ports: [8080],
      isolation: { labels: { test: "published" } },
    });
    await line("ready");
    const { NetworkSettings } = await inspect("published");
    expect(NetworkSettings.Ports).toEqual({
      "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: expect.any(String) }],
    });
    const { HostPort } = NetworkSettings.Ports["8080/tcp"][0];
    expect(await (await fetch(`http://127.0.0.1:${HostPort}/`)).text()).toBe("hello");
    expect(await ask("10.0.0.4", 8080)).toBe("hello");
  });

  it("refuses connections until it listens, and has no address when it has ended", async () => {
    const { container, line } = await start(await program(waits), { ports: [8080] });
    await line("up");
    await expect(ask("10.0.0.4", 8080)).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: "ECONNREFUSED" }) }),
    );
    container.kill();
    await container.exited;
    expect(network.resolve("10.0.0.4", 8080)).toBeUndefined();
  });

  it("shares the loopback with the others of its task", async () => {
    const server = `
      import { createServer } from "node:http";
      createServer((_, response) => response.end("neighbour")).listen(9000, "127.0.0.1", () => console.log("ready"));
    `;
    const asks = "console.log(await (await fetch('http://127.0.0.1:9000/')).text())";
    const first = await start(await program(server), { ports: [8080] });
    await first.line("ready");
    const second = await start(await program(asks), { ports: [8080] });
    await second.container.exited;
    expect(second.lines).toEqual(["neighbour"]);
    const other = await start(await program(asks), { address: "10.0.0.5" });
    expect(await other.container.exited).toEqual({ exitCode: 1 });
  });

  it("has no process left of a command that timed out", async () => {
    const { container, line } = await start(await program(waits), { isolation: { labels: { test: "top" } } });
    await line("up");
    await container.exec(["node", "--eval", "setInterval(() => {}, 1000)"], 500);
    const { Id } = await inspect("top");
    await expect.poll(async () => (await docker("top", Id)).split("\n").length).toBe(2);
  });

  it("needs an image that includes Node", async () => {
    const starting = start(await push([{ "usr/local/bin/node": "" }], { Entrypoint: ["deno"] }));
    await expect(starting).rejects.toThrow('exec: "deno": executable file not found in $PATH');
  });
});
