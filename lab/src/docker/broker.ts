import { decide, readArguments } from "./arguments.ts";
import { buildStandIn, readBuild, writeResults } from "./build.ts";
import type { Caller } from "./caller.ts";
import { createJobImages, format, parseReference } from "./job-images.ts";
import { DockerFailure, openRegistry } from "./registry.ts";

export interface BrokerOptions {
  /** host:port of the simulated registry. */
  readonly host: string;
  onStandIn(image: string, why: string): void;
}

/** ECR user guide, "Private registry": the hosts of all accounts and Regions, also by IPv6 and FIPS. */
const ecrHost = /\b\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)/g;
const hub = "https://index.docker.io/v1/";

/** Decides about the calls of `docker`, and performs them. Returns the exit code. */
export function createBroker(options: BrokerOptions) {
  /** Each job has its own machine on GitHub. */
  const machines = new Map<unknown, ReturnType<typeof createJobImages>>();
  return async (given: Caller): Promise<number> => {
    const caller = { ...given, args: given.args.map((each) => each.replaceAll(ecrHost, options.host)) };
    const machine = caller.environment.RUNNER_TEMP;
    const images = machines.get(machine) ?? createJobImages();
    machines.set(machine, images);
    try {
      await perform({ ...options, caller, images });
      return 0;
    } catch (error) {
      if (!(error instanceof DockerFailure)) throw error;
      await caller.ask("printError", `${error.message}\n`);
      return error.code;
    }
  };
}

interface Call extends BrokerOptions {
  readonly caller: Caller;
  readonly images: ReturnType<typeof createJobImages>;
}

async function perform(call: Call): Promise<unknown> {
  const { args, environment } = call.caller;
  const decision = decide(args, environment);
  if (decision.kind === "perform") return commands[decision.command]?.(call, decision.args);
  if (decision.kind === "leave out") return leaveOut(call, decision.what, decision.why);
  throw new DockerFailure(`${decision.what}: ${decision.why} Fix: run this line on GitHub only.`);
}

/** Notes work that is not done. The runner shows it with the step. */
async function leaveOut({ caller }: Call, what: string, why: string): Promise<void> {
  const file = caller.environment.ECS_DELIVERY_LEFT_OUT;
  if (file) await caller.ask("append", file, `${JSON.stringify({ what, why })}\n`);
  else await caller.ask("printError", `skipped by the rehearsal: ${what}. ${why}\n`);
}

type Command = (call: Call, args: readonly string[]) => Promise<unknown>;

const commands: Readonly<Record<string, Command>> = {
  ...{ build, push, pull, login, logout, images, inspect, tag },
  version: ({ caller }) => caller.ask("print", "Docker version 28.0.0, build rehearsal\n"),
  /** Builders are not started: all builds use the same one. */
  buildx: ({ caller }) => caller.ask("print", "default\n"),
  /** As of an engine with containerd's image store, which needs no BuildKit in a container. */
  info({ caller }, args) {
    const facts = {
      ServerVersion: "28.0.0",
      DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]],
    };
    const template = readArguments(args, "format").last("format") ?? "Server Version: {{.ServerVersion}}";
    return caller.ask("print", `${format(template, facts)}\n`);
  },
};

async function build(call: Call, args: readonly string[]): Promise<void> {
  const { caller, images, onStandIn } = call;
  const wanted = readBuild(args);
  const { image, ports } = await buildStandIn(caller, wanted);
  for (const tag of wanted.tags) images.set(tag, image);
  const why = "This machine has no Docker engine.";
  onStandIn(wanted.tags[0] ?? image.id, why);
  const lines = [`exporting manifest ${image.digest}`, ...wanted.tags.map((tag) => `naming to ${tag}`)];
  if (wanted.isQuiet) await caller.ask("print", `${image.id}\n`);
  else await caller.ask("printError", lines.map((line, at) => `#${at + 1} ${line}\n`).join(""));
  const port = ports.length > 0 ? `port ${ports.join(", ")}` : "the container's port";
  await caller.ask("printError", `${why} Made a stand-in, which responds with 200 on ${port}.\n`);
  if (wanted.isPushed) for (const tag of wanted.tags) await push(call, [tag]);
  await writeResults(caller, image, wanted);
}

async function push(call: Call, args: readonly string[]): Promise<void> {
  const { caller, images, host } = call;
  const { positionals, has } = readArguments(args, "format");
  const name = only(positionals, "push");
  const { repository, ...wanted } = parseReference(name);
  if (wanted.host !== host)
    return leaveOut(call, `docker push ${name}`, "A rehearsal pushes to the simulated registry only.");
  await caller.ask("print", `The push refers to repository [${repository}]\n`);
  const tagged = images.tagged(name, has("all-tags", "a"));
  const registry = openRegistry(host, images.login);
  for (const [full, image] of tagged) {
    const { version } = parseReference(full);
    await registry.push(wanted.name, version, image);
    images.note(full, image);
    await caller.ask("print", `${version}: digest: ${image.digest} size: ${image.manifest.length}\n`);
  }
}

async function pull(call: Call, args: readonly string[]): Promise<void> {
  const name = only(readArguments(args, "format").positionals, "pull");
  const reference = parseReference(name);
  if (reference.host !== call.host)
    return leaveOut(call, `docker pull ${name}`, "A rehearsal pulls from the simulated registry only.");
  const registry = openRegistry(call.host, call.images.login);
  const image = await registry.pull(reference.name, reference.version).catch((error) => {
    const isMissing = error.message.startsWith("manifest unknown");
    const detail = isMissing ? `manifest for ${reference.full} not found: ` : "";
    throw new DockerFailure(`Error response from daemon: ${detail}${error.message}`);
  });
  call.images.set(name, image);
  call.images.note(name, image);
  await call.caller.ask("print", `Digest: ${image.digest}\n${reference.full}\n`);
}

async function tag({ images }: Call, [source, target]: readonly string[]): Promise<void> {
  if (!source || !target) throw new DockerFailure("docker: 'docker tag' requires 2 arguments");
  images.set(target, images.find(source));
}

async function login(call: Call, args: readonly string[]): Promise<void> {
  const { caller, host } = call;
  const { positionals, last, has } = readArguments(args, "format");
  const server = positionals[0] ?? hub;
  const given = has("password-stdin") ? await caller.ask("read", "-") : last("password");
  const [user = "", password = ""] = [last("username"), (given ?? "").trim()];
  if (user === "" || password === "")
    throw new DockerFailure("Error: Cannot perform an interactive login from a non TTY device");
  if (server.replace(/^https?:\/\//, "").split("/")[0] !== host)
    return leaveOut(call, `docker login ${server}`, "A rehearsal logs in to the simulated registry only.");
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  await openRegistry(host, auth)
    .check()
    .catch(() => {
      const refused = `login attempt to http://${host}/v2/ failed with status: 401 Unauthorized`;
      throw new DockerFailure(`Error response from daemon: ${refused}`);
    });
  call.images.login = auth;
  await caller.ask("print", "Login Succeeded\n");
}

async function logout(call: Call, [server = hub]: readonly string[]): Promise<void> {
  if (server.includes(call.host)) call.images.login = undefined;
  await call.caller.ask("print", `Removing login credentials for ${server}\n`);
}

async function images({ caller, images }: Call, args: readonly string[]): Promise<void> {
  const { positionals, last, has } = readArguments(args, "filter");
  const [name] = positionals;
  const found = images.list().filter((each) => !name || parseReference(name).repository === each.Repository);
  const template = has("quiet", "q") ? "{{.ID}}" : last("format");
  const row = template ?? "{{.Repository}}   {{.Tag}}   {{.ID}}   {{.CreatedSince}}   {{.Size}}";
  await caller.ask("print", found.map((image) => `${format(row, image)}\n`).join(""));
}

async function inspect({ caller, images }: Call, args: readonly string[]): Promise<void> {
  const { positionals, last } = readArguments(args, "format");
  const template = last("format");
  const found = await Promise.all(positionals.map(images.inspect));
  const texts = template
    ? found.map((image) => format(template, image))
    : [JSON.stringify(found, undefined, 4)];
  await caller.ask("print", `${texts.join("\n")}\n`);
}

function only([name, ...more]: readonly string[], command: string): string {
  if (name !== undefined && more.length === 0) return name;
  throw new DockerFailure(`docker: 'docker ${command}' requires 1 argument`);
}
