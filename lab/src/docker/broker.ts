import { basename, resolve } from "node:path";
import { packImages, unpackImages } from "./archive.ts";
import { decide, readArguments } from "./arguments.ts";
import { type Build, buildStandIn, readBuild, readDockerfile, writeResults } from "./build.ts";
import type { Caller } from "./caller.ts";
import type { EngineAccess } from "./engine.ts";
import { standInImage } from "./image.ts";
import { createJobImages, format, parseReference } from "./job-images.ts";
import { DockerFailure, openRegistry } from "./registry.ts";

export interface BrokerOptions {
  /** host:port of the simulated registry. */
  readonly host: string;
  /** Names of repositories in it; one of another account has that one's host before its name. */
  readonly repositories?: readonly string[];
  /** Called for each stand-in image: repository:tag and why. */
  onStandIn(image: string, why: string): void;
  /** Without one, images are stand-ins. */
  readonly engine?: Pick<EngineAccess, "environment" | "standInArguments"> | undefined;
}

/** ECR user guide, "Private registry": the hosts of all accounts and Regions, also by IPv6 and FIPS, with a path. */
const ecrName =
  /\b\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)(\/[a-z0-9._/-]*)?/g;
const simulatedName = (text: string, { host, repositories = [] }: BrokerOptions) =>
  text.replaceAll(
    ecrName,
    (whole, path = "") => `${host}${repositories.includes(whole) ? `/${whole}` : path}`,
  );
const noEngine = "The rehearsal uses no Docker engine.";
const hub = "https://index.docker.io/v1/";

/** Decides about the calls of `docker`, and performs them. Returns the exit code. */
export function createBroker(options: BrokerOptions) {
  /** Each job has its own machine on GitHub. */
  const machines = new Map<unknown, ReturnType<typeof createJobImages>>();
  return async (given: Caller): Promise<number> => {
    const caller = { ...given, args: given.args.map((each) => simulatedName(each, options)) };
    const machine = caller.environment.RUNNER_TEMP;
    const images = machines.get(machine) ?? createJobImages();
    machines.set(machine, images);
    try {
      await perform({ ...options, caller, images });
      return 0;
    } catch (error) {
      if (!(error instanceof DockerFailure)) throw error;
      if (error.message) await caller.ask("printError", `${error.message}\n`);
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
  if (decision.kind === "perform") {
    const isReal =
      call.engine && /^(?:images|info|inspect|load|pull|save|tag|version)$/.test(decision.command);
    return isReal ? runDocker(call, args) : commands[decision.command]?.(call, decision.args);
  }
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
  ...{ build, push, pull, login, logout, inspect, tag, save, load },
  version: ({ caller }) => caller.ask("print", "Docker version 28.0.0, build rehearsal\n"),
  /** Builders are not started: all builds use the same one. */
  buildx: ({ caller }) => caller.ask("print", "default\n"),
  /** An engine with this driver needs no BuildKit in a container. */
  info: ({ caller }) => caller.ask("print", "Storage Driver: io.containerd.snapshotter.v1\n"),
  images({ caller, images }, args) {
    const { positionals, last, has } = readArguments(args, "filter");
    const found = images.list().filter((each) => [undefined, each.Repository].includes(positionals[0]));
    const template = last("format") ?? "{{.Repository}}   {{.Tag}}   {{.ID}}";
    const lines = found.map((image) => `${format(has("quiet", "q") ? "{{.ID}}" : template, image)}\n`);
    return caller.ask("print", lines.join(""));
  },
};

async function build(call: Call, args: readonly string[]): Promise<void> {
  const { caller, images, onStandIn, engine } = call;
  const wanted = readBuild(args);
  const why = engine ? await buildInEngine(call, wanted) : noEngine;
  if (!why) return;
  const { image, content } = await buildStandIn(caller, wanted);
  const { ports } = content;
  onStandIn(wanted.tags[0] ?? (wanted.archive ? basename(wanted.archive) : image.id), why);
  if (engine && !wanted.archive) {
    await caller.ask("printError", `${why} Making a stand-in.\n`);
    const kept = ["tag", "iidfile", "metadata-file"].flatMap((name) =>
      wanted.all(name).map((value) => `--${name}=${value}`),
    );
    const flags = [wanted.isPushed ? "--push" : "--load", ...(wanted.isQuiet ? ["--quiet"] : [])];
    const context = await engine.standInArguments(content);
    return runDocker(call, ["buildx", "build", ...kept, ...flags, ...context]);
  }
  if (wanted.archive)
    await caller.ask(
      "write",
      resolve(caller.directory, wanted.archive),
      await packImages([{ image, tags: wanted.tags }]),
    );
  else if (!wanted.output.includes("type=cacheonly")) for (const tag of wanted.tags) images.set(tag, image);
  const lines = [`exporting manifest ${image.digest}`, ...wanted.tags.map((tag) => `naming to ${tag}`)];
  if (wanted.isQuiet) await caller.ask("print", `${image.id}\n`);
  else await caller.ask("printError", lines.map((line, at) => `#${at + 1} ${line}\n`).join(""));
  const port = ports.length > 0 ? `port ${ports.join(", ")}` : "the container's port";
  await caller.ask("printError", `${why} Made a stand-in, which responds with 200 on ${port}.\n`);
  if (wanted.isPushed) for (const tag of wanted.tags) await push(call, [tag]);
  await writeResults(caller, image, wanted);
}

/** Builds with the real program; returns why a stand-in has to replace the image. */
async function buildInEngine(call: Call, wanted: Build): Promise<string | undefined> {
  const { caller, host, images } = call;
  const other = wanted.isPushed && wanted.tags.find((tag) => parseReference(tag).host !== host);
  if (other)
    throw new DockerFailure(
      `docker build --push ${other}: a rehearsal pushes to the simulated registry only. Fix: push this name in a separate line.`,
    );
  const usesInput = [wanted.context, wanted.last("file")].includes("-");
  const text = (!usesInput && (await readDockerfile(caller, wanted))) || "";
  const names = text.split(/[\s"'=]+/).map((name) => [name, simulatedName(name, call)] as const);
  const bases = names.flatMap(([name, simulated]) =>
    name === simulated ? [] : [`--build-context=${name}=docker-image://${simulated}`],
  );
  // The builder of `docker buildx create` was not made.
  const args = caller.args.filter(
    (each, at, all) => !/^--builder\b/.test(each) && all[at - 1] !== "--builder",
  );
  try {
    await runDocker(call, [...args, ...bases]);
    return undefined;
  } catch (error) {
    const { errors = "" } = error as DockerFailure;
    if (noBase.test(errors) || (images.hasOtherLogin && noAccess.test(errors)))
      return "The base image cannot be pulled.";
    if (wanted.archive && noArchive.test(errors))
      return "This machine's Docker engine writes no archives, which its containerd image store would do.";
    throw error;
  }
}

/** BuildKit and the engine about a registry that they cannot reach. */
const noBase =
  /(?:failed to (?:resolve source metadata|fetch|do request|authorize)|Get "https:).*(?:no such host|i\/o timeout|connection refused|unreachable|proxyconnect|handshake timeout|toomanyrequests|misbehaving|certificate)/;
const noArchive = /exporter is not supported for the docker driver/i;
const noAccess = /pull access denied|failed to authorize|: 40[13] /;

/** Runs the real program with the part of the engine that is open to steps. */
async function runDocker({ caller, engine }: Call, args: readonly string[]): Promise<void> {
  const answer = await caller.ask("run", args, { ...engine?.environment });
  if (answer === undefined)
    throw new DockerFailure("docker is not in PATH. Fix: install it, or use --runtime process.", 127);
  const { code, errors } = answer as unknown as { code: number; errors: string };
  if (code !== 0) throw new DockerFailure("", code, errors);
}

async function push(call: Call, args: readonly string[]): Promise<void> {
  const { caller, images, host } = call;
  const { positionals, has } = readArguments(args, "format");
  const name = only(positionals, "push");
  const { repository, ...wanted } = parseReference(name);
  if (wanted.host !== host)
    return leaveOut(call, `docker push ${name}`, "A rehearsal pushes to the simulated registry only.");
  if (call.engine) return runDocker(call, caller.args);
  await caller.ask("print", `The push refers to repository [${repository}]\n`);
  const tagged = images.tagged(name, has("all-tags", "a"));
  const registry = openRegistry(host, await loginOf(call));
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
  if (reference.host !== call.host) {
    call.onStandIn(reference.full, noEngine);
    return call.images.set(name, standInImage({ name: reference.full, ports: [], source: "", labels: {} }));
  }
  const registry = openRegistry(call.host, await loginOf(call));
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

async function save({ caller, images }: Call, args: readonly string[]): Promise<void> {
  const { positionals, last } = readArguments(args, "format");
  const found = positionals.map((name) => ({
    image: images.find(name),
    tags: images.tagged(name, false).map(([full]) => full),
  }));
  const output = last("output");
  const archive = await packImages(found);
  await (output
    ? caller.ask("write", resolve(caller.directory, output), archive)
    : caller.ask("print", archive));
}

async function load({ caller, images }: Call, args: readonly string[]): Promise<void> {
  const input = readArguments(args, "format").last("input");
  const path = input === undefined ? "-" : resolve(caller.directory, input);
  const archive = await caller.ask("read", path);
  if (archive === undefined) throw new DockerFailure(`open ${path}: no such file or directory`);
  for (const { image, tags } of unpackImages(archive)) {
    for (const tag of tags) images.set(tag, image);
    const lines =
      tags.length > 0 ? tags.map((tag) => `Loaded image: ${tag}\n`) : [`Loaded image ID: ${image.id}\n`];
    await caller.ask("print", lines.join(""));
  }
}

async function login(call: Call, args: readonly string[]): Promise<void> {
  const { caller, host } = call;
  const { positionals, last, has } = readArguments(args, "format");
  const server = positionals[0] ?? hub;
  const isOther = server.replace(/^https?:\/\//, "").split("/")[0] !== host;
  if (isOther) call.images.hasOtherLogin = true;
  if (isOther)
    return leaveOut(call, `docker login ${server}`, "A rehearsal logs in to the simulated registry only.");
  if (call.engine) return runDocker(call, caller.args);
  const given = has("password-stdin") ? await caller.ask("read", "-") : last("password");
  const [user = "", password = ""] = [last("username"), (given ?? "").trim()];
  if (user === "" || password === "")
    throw new DockerFailure("Error: Cannot perform an interactive login from a non TTY device");
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

/** Returns the login of `docker login`, or that of a folder which a step has written. */
async function loginOf({ caller, images, host }: Call): Promise<string | undefined> {
  const { DOCKER_CONFIG } = caller.environment;
  const text = DOCKER_CONFIG && (await caller.ask("read", `${DOCKER_CONFIG}/config.json`));
  return JSON.parse(text || "{}").auths?.[host]?.auth ?? images.login;
}

async function logout(call: Call, [server = hub]: readonly string[]): Promise<void> {
  if (server.includes(call.host)) call.images.login = undefined;
  await call.caller.ask("print", `Removing login credentials for ${server}\n`);
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
