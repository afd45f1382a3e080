import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { basePath, makeNodeBase } from "@ecs-delivery/program/base-image";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import type { Simulator } from "@ecs-delivery/simulator";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const run = promisify(execFile);

/** Runs the action build-image as a step does, with only these inputs. Returns the image by digest. */
export async function buildImage(
  simulator: Simulator,
  folder: string,
  inputs: Readonly<Record<string, string>>,
): Promise<string> {
  const outputs = join(folder, `outputs-${randomUUID()}`);
  await writeFile(outputs, "");
  const given = Object.entries({ "create-repository": "true", ...inputs });
  await run(process.execPath, [join(root, "actions/build-image/dist/index.js")], {
    env: {
      ...nodeEnvironment(),
      HOME: process.env.HOME,
      TMPDIR: folder,
      ...simulator.environmentVariables,
      ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      GITHUB_OUTPUT: outputs,
    },
  }).catch((error: { stdout?: string }) => {
    throw new Error(`build-image failed:\n${error.stdout}`, { cause: error });
  });
  return /^image<<(\S+)\n(.*)\n\1$/m.exec(await readFile(outputs, "utf8"))?.[2] ?? "";
}

/** Pushes a Node base to the simulator's registry. */
export async function pushBase(simulator: Simulator, folder: string, npm: boolean): Promise<string> {
  const repository = npm ? "node-with-npm" : "node";
  return buildImage(simulator, folder, {
    repository,
    context: await makeNodeBase({ folder: join(folder, repository), npm }),
    "base-image": "scratch",
    "working-directory": "/",
    user: "0",
    entrypoint: JSON.stringify(["node"]),
    environment: `PATH=${basePath}`,
  });
}

/** Writes npm's settings for reaching its registry into one file. A certificate's path would not exist in a build. */
export async function writeNpmrc(file: string): Promise<void> {
  const names = ["registry", "https-proxy", "cafile", "userconfig"];
  const { stdout } = await run("npm", ["config", "get", ...names], { cwd: root });
  const settings = new Map(stdout.split("\n").map((line) => line.split(/=(.*)/, 2) as [string, string]));
  const setting = (name: string) => settings.get(name)?.replace(/^(null|undefined)$/, "");
  const users = await readFile(setting("userconfig") ?? "", "utf8").catch(() => "");
  const cafile = setting("cafile") || process.env.NODE_EXTRA_CA_CERTS;
  const bundle = cafile ? await readFile(cafile, "utf8") : "";
  const lines = [
    ...["registry", "https-proxy"].flatMap((name) => (setting(name) ? [`${name}=${setting(name)}`] : [])),
    // Registries of scopes, and their credentials.
    ...users.split("\n").filter((line) => /^(\/\/|@)/.test(line)),
    ...(bundle.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map(
      (certificate) => `ca[]=${JSON.stringify(certificate)}`,
    ),
  ];
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
}

/** Makes a port of this machine's loopback available to containers. Returns the address that they use. */
export async function serveToContainers(
  port: number,
): Promise<{ host: string; port: number; server: Server }> {
  const { stdout } = await run("docker", [
    ...["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"],
  ]);
  const host = stdout.trim();
  const server = createServer((incoming) => {
    const outgoing = connect(port, "127.0.0.1");
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on("error", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy());
  }).listen(0, host);
  await once(server, "listening");
  return { host, port: (server.address() as { port: number }).port, server };
}
