import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { taskRuntimeKinds } from "./runtime.ts";
import { hasDocker, metadata, useRuntime } from "./runtimes.support.ts";

/** Runs until it is asked to end. */
const patient = `
  process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });
  setInterval(() => {}, 1000);
`;
const up = `${patient}; console.log("up")`;
const server = (listen: string) => `
  import { createServer } from "node:http";
  createServer((request, response) => response.end(process.env.NAME)).listen(${listen}, () => console.log("ready"));
  ${patient}
`;

describe.each(taskRuntimeKinds)("as %s, a container", (kind) => {
  describe.skipIf(kind === "docker" && !hasDocker)("of a task", () => {
    const test = useRuntime(kind);
    const { program, push, run, start, ask } = test;

    // The programs of these tests do not end after their line: under load, Docker can lose what a program writes that
    // ends at once (moby/moby#49655, concourse/concourse#6775).
    it("gets the image's environment and the given one, and nothing of the simulator's", async () => {
      process.env.OF_THE_SIMULATOR = "secret";
      const text = `${patient}; console.log(JSON.stringify(process.env))`;
      const image = await program(text, ["A=image", "B=image"]);
      const { container, lines, line } = await start(image, { environment: { B: "task" } });
      await line("");
      expect(await container.stop("SIGTERM", 30_000)).toEqual({ exitCode: 0 });
      const environment = JSON.parse(lines[0] ?? "");
      expect(environment).toMatchObject({ A: "image", B: "task" });
      expect(environment).not.toHaveProperty("OF_THE_SIMULATOR");
    });

    it.each([
      [{}, ["by", "itself"]],
      [{ command: ["as", "given"] }, ["as", "given"]],
      [{ entryPoint: ["node", "other.mjs"] }, ["other"]],
      [{ entryPoint: ["node", "other.mjs"], command: ["given"] }, ["other", "given"]],
      [{ workingDirectory: "/app/deep", entryPoint: ["node", "../other.mjs"] }, ["other"]],
    ])("with %j runs the right command", async (settings, said) => {
      const show = `console.log(process.argv.slice(2).join(' ')); ${patient}`;
      const image = await push(
        [
          {
            "app/server.mjs": show,
            "app/other.mjs": `console.log(['other', ...process.argv.slice(2)].join(' ')); ${patient}`,
            "app/deep/file": "",
          },
        ],
        { Entrypoint: ["node", "server.mjs"], Cmd: ["by", "itself"], WorkingDir: "/app" },
      );
      const { lines, line } = await start(image, settings);
      await line("");
      expect(lines).toEqual([said.join(" ")]);
    });

    it.each([
      ["process.exit(7)", 7],
      ["throw new Error('no database')", 1],
    ])("that ends by %s reports the exit code %i", async (text, exitCode) => {
      expect(await run(text)).toMatchObject({ exitCode });
    });

    it("passes on its lines of both outputs, to the last", async () => {
      const { lines } = await run(
        "console.log('one\\r\\ntwo'); console.error('three'); process.stdout.write('é'.repeat(100_000))",
      );
      expect(lines.toSorted()).toEqual(["one", "three", "two", "é".repeat(100_000)]);
    });

    it("ends with SIGTERM when it handles it, and passes on its last line", async () => {
      const { container, line, lines } = await start(await program(up));
      await line("up");
      expect(await container.stop("SIGTERM", 30_000)).toEqual({ exitCode: 0 });
      expect(lines).toEqual(["up", "bye"]);
    });

    it("ends with SIGKILL when it ignores SIGTERM", async () => {
      const { container, line } = await start(
        await program('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")'),
      );
      await line("up");
      expect(await container.stop("SIGTERM", 50)).toEqual({ exitCode: 137 });
    });

    it("listens on the same port as another task's, each at its own address, until it ends", async () => {
      const image = await program(server("8080"));
      const of = (address: string, NAME: string) => ({ address, ports: [8080], environment: { NAME } });
      const one = await start(image, of("10.0.0.4", "one"));
      const two = await start(image, of("10.0.0.5", "two"));
      await Promise.all([one.line("ready"), two.line("ready")]);
      await expect.poll(() => ask("10.0.0.4", 8080)).toBe("one");
      await expect.poll(() => ask("10.0.0.5", 8080)).toBe("two");
      one.container.kill();
      await one.container.exited;
      expect(test.network.resolve("10.0.0.4", 8080)).toBeUndefined();
    });

    it("cannot be reached on its loopback", async () => {
      const { line } = await start(await program(server('8080, "127.0.0.1"')), { ports: [8080] });
      await line("ready");
      await expect(ask("10.0.0.4", 8080)).rejects.toThrow();
    });

    it("reaches a server of this machine at the runtime's address", async () => {
      const { hostAddress } = test.runtime;
      const here = createServer((_, response) => response.end("here"));
      await new Promise<void>((resolve) => here.listen(0, hostAddress, resolve));
      const url = `http://${hostAddress}:${(here.address() as AddressInfo).port}/`;
      const text = "console.log(await (await fetch(process.env.URL)).text()); process.exit()";
      const { lines } = await run(text, { environment: { URL: url } });
      here.closeAllConnections();
      here.close();
      expect(lines).toEqual(["here"]);
    });

    it("trusts a server that the databases' authority has certified", async () => {
      const { hostAddress } = test.runtime;
      const { certificate: cert, privateKey: key } = test.authority.issue([hostAddress]);
      const here = createTlsServer({ cert, key }, (socket) => socket.end());
      await new Promise<void>((resolve) => here.listen(0, hostAddress, resolve));
      const { port } = here.address() as AddressInfo;
      const { lines } = await run(`
        import { connect } from "node:tls";
        const socket = connect(${port}, "${hostAddress}", () => console.log(socket.authorized));
        socket.on("error", ({ message }) => console.log(message)).on("close", () => process.exit());
      `);
      here.close();
      expect(lines).toEqual(["true"]);
    });

    it("reads the metadata of itself and its task at its metadata endpoint", async () => {
      const { lines } = await run(`
        const uri = process.env.ECS_CONTAINER_METADATA_URI_V4;
        for (const path of ["", "/task", "/stats", "/../unknown"]) {
          const response = await fetch(uri + path);
          console.log(response.status, await response.text());
        }
      `);
      expect(lines).toEqual([
        '200 {"Name":"web"}',
        '200 {"Family":"web"}',
        expect.stringMatching(/^501 .*no statistics/),
        expect.stringMatching(/^404 .*docker ID from v3 endpoint ID: unknown"$/),
      ]);
    });

    it("finds the credentials of its task's role, and none for a task without one", async () => {
      const text = `
        const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_SESSION_TOKEN: token } = process.env;
        console.log(uri ? (await (await fetch(uri)).json()).Token : token);
      `;
      const keys = { RoleArn: "arn:role", AccessKeyId: "id", SecretAccessKey: "key", Token: "token" };
      const credentials = () => ({ ...keys, Expiration: new Date() });
      const withRole = await run(text, { metadata: { ...metadata, credentials } });
      expect([withRole.lines, (await run(text)).lines]).toEqual([["token"], ["undefined"]]);
    });

    it("of a missing image cannot be pulled", async () => {
      const reference = (await program("")).replace(/:[^:]*$/, ":gone");
      await expect(start(reference)).rejects.toThrow(
        `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${reference}: not found`,
      );
    });

    it.each([
      [["nginx"], 'exec: "nginx": executable file not found in $PATH'],
      [["/bin/bash"], 'exec: "/bin/bash": stat /bin/bash: no such file or directory'],
      [[], "no command specified"],
    ])("with the missing entry point %j cannot be started", async (Entrypoint, message) => {
      const starting = start(await push([{ file: "" }], { Entrypoint }));
      await expect(starting).rejects.toThrow(/^CannotStartContainerError: /);
      await expect(starting).rejects.toThrow(message);
    });

    it("runs additional commands, with its folder, environment and ports", async () => {
      const check = `
        const answer = await fetch("http://localhost:8080/");
        console.log(process.argv[2], process.env.NAME, await answer.text());
        process.exit(3);
      `;
      const image = await push([{ "app/server.mjs": server("8080"), "app/check.mjs": check }], {
        Entrypoint: ["node", "server.mjs"],
        WorkingDir: "/app",
      });
      const { container, line } = await start(image, { ports: [8080], environment: { NAME: "one" } });
      await line("ready");
      await expect
        .poll(() => container.exec(["node", "check.mjs", "asks"], 10_000))
        .toEqual({ exitCode: 3, output: "asks one one\n" });
      expect(await container.exec(["curl", "localhost"], 10_000)).toEqual({
        exitCode: expect.toSatisfy((code) => code === 126 || code === 127),
        output: expect.stringContaining('exec: "curl": executable file not found in $PATH'),
      });
    });

    it("finds nothing on its own port before it listens there, even if the machine has something there", async () => {
      const other = createServer((_, response) => response.end("not yours"));
      await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
      const { port } = other.address() as AddressInfo;
      const { container, line } = await start(await program(up), {
        ports: [port],
      });
      await line("up");
      const asks = `fetch("http://localhost:${port}/").catch(({ cause }) => console.log(cause.code))`;
      expect(await container.exec(["node", "--eval", asks], 10_000)).toEqual({
        exitCode: 0,
        output: "ECONNREFUSED\n",
      });
      other.close();
    });

    it("ends a command that times out, and one that runs when it ends", async () => {
      const { container, line } = await start(await program(up));
      await line("up");
      const forEver = ["node", "--eval", "setInterval(() => {}, 1000)"];
      expect(await container.exec(forEver, 1_000)).toMatchObject({ exitCode: undefined });
      const running = container.exec(forEver, 60_000).catch(() => "gone");
      container.kill();
      await container.exited;
      await running;
    });
  });
});
