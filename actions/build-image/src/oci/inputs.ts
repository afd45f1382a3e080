import { parseDuration } from "../../../core/duration.ts";
import type { InputReader } from "../../../core/inputs.ts";
import { type ImageName, parseImageName } from "../../../registry/image-name.ts";
import { type HealthCheck, type NamedPlatform, platformName } from "../../../registry/oci.ts";

/** Settings that start the container; undefined ones stay as in the base image. */
export interface ContainerSettings {
  readonly entrypoint: readonly string[] | undefined;
  /** Arguments of the entrypoint. */
  readonly command: readonly string[] | undefined;
  readonly workingDirectory: string;
  readonly user: string;
  readonly environment: ReadonlyMap<string, string>;
  /** `8080/tcp` */
  readonly exposedPorts: readonly string[];
  readonly healthCheck: HealthCheck | undefined;
  readonly stopSignal: string | undefined;
}

export interface OciInputs extends ContainerSettings {
  readonly kind: "oci";
  readonly baseImage: ImageName | "scratch";
  /** At least one; several make an index. */
  readonly platforms: readonly Platform[];
}

/** Inputs that only this builder has. */
export const ociInputNames: readonly string[] = [
  "base-image",
  "entrypoint",
  "command",
  "working-directory",
  "user",
  "environment",
  "exposed-ports",
  "health-check",
  "stop-signal",
];

const command = "a JSON array of strings";
/** The names of Linux's signals, or a number. */
const signalPattern = /^(?:SIG[A-Z][A-Z0-9+-]*|[1-9]\d?)$/;
/** A name or number, and after a colon its group: OCI image-spec v1.1, config.md, User. */
const userPattern = /^(?:\d+|[a-z_][a-z0-9_-]*)(?::(?:\d+|[a-z_][a-z0-9_-]*))?$/;

export function readOciInputs(read: InputReader): OciInputs {
  /** Notes values that `accept` rejects. */
  const check = (
    name: string,
    values: Iterable<string>,
    accept: (value: string) => boolean,
    expected: string,
  ) => {
    for (const value of values)
      if (value && !accept(value)) read.problem(`Input ${name} has "${value}"; expected ${expected}`);
  };

  const baseImage = readBaseImage(read);
  const entrypoint = read.json(
    "entrypoint",
    `${command}, such as ["node","server.mjs"]`,
    isCommand,
    undefined,
  );
  if (baseImage === "scratch" && read.optional("base-image") && !entrypoint)
    read.problem("Input entrypoint is required with base-image scratch, which does not have one");
  const workingDirectory = read.optional("working-directory") ?? "/app";
  check(
    "working-directory",
    [workingDirectory],
    isAbsolutePath,
    "an absolute path in the image, without . or .. segments and without a trailing slash",
  );
  const user = read.optional("user") ?? "65532";
  check("user", [user], (text) => userPattern.test(text), "user or uid:gid");
  const environment = read.pairs("environment");
  check(
    "environment",
    environment.keys(),
    (key) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(key),
    "a variable's name",
  );
  const ports = read.lines("exposed-ports");
  check("exposed-ports", ports, isPort, "a port such as 8080 or 8080/tcp");
  const stopSignal = read.optional("stop-signal");
  check(
    "stop-signal",
    [stopSignal ?? ""],
    (text) => signalPattern.test(text),
    "a signal such as SIGTERM or 15",
  );

  return {
    kind: "oci",
    baseImage,
    entrypoint,
    command: read.json("command", `${command}, such as ["--port","8080"]`, isCommand, undefined),
    workingDirectory,
    user,
    environment,
    exposedPorts: [...new Set(ports.map((port) => (port.includes("/") ? port : `${port}/tcp`)))],
    healthCheck: readHealthCheck(read),
    stopSignal,
    platforms: readPlatforms(read),
  };
}

function readBaseImage(read: InputReader): OciInputs["baseImage"] {
  const text = read.required("base-image");
  if (text === "scratch" || !text) return "scratch";
  const name = parseImageName(text);
  if (!name)
    read.problem(
      `Input base-image is "${text}"; expected scratch or an image name, such as node:24-slim or node:24-slim@sha256:<64 hexadecimal digits>`,
    );
  return name ?? "scratch";
}

function readHealthCheck(read: InputReader): HealthCheck | undefined {
  const value = read.json(
    "health-check",
    "JSON",
    (json): json is object => typeof json === "object",
    undefined,
  );
  if (value === undefined) return undefined;
  const parsed = parseHealthCheck(value);
  if (typeof parsed !== "string") return parsed;
  read.problem(`Input health-check ${parsed}`);
  return undefined;
}

function readPlatforms(read: InputReader): Platform[] {
  const platforms = new Map<string, Platform>();
  for (const text of read.lines("platform")) {
    const platform = parsePlatform(text);
    if (platform) platforms.set(platformName(platform), platform);
    else
      read.problem(
        `Input platform has "${text}"; expected one platform per line, such as linux/amd64 or linux/arm64`,
      );
  }
  return platforms.size > 0 ? [...platforms.values()] : [{ os: "linux", architecture: "amd64" }];
}

function isCommand(value: unknown): value is readonly string[] | undefined {
  return (
    Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === "string" && part !== "")
  );
}

function isAbsolutePath(path: string): boolean {
  if (path === "/") return true;
  const [root, ...names] = path.split("/");
  return root === "" && names.every((name) => name !== "" && name !== "." && name !== "..");
}

function isPort(text: string): boolean {
  const port = Number(/^(\d+)(?:\/(?:tcp|udp))?$/.exec(text)?.[1]);
  return port >= 1 && port <= 65535;
}

/** Keys of the input health-check, named as the options of HEALTHCHECK in a Dockerfile, and the configuration's. */
const durations = {
  interval: "Interval",
  timeout: "Timeout",
  "start-period": "StartPeriod",
  "start-interval": "StartInterval",
} as const;
const nanosecondsPerMs = 1_000_000;

/** Returns the health check, or the first problem in words. */
export function parseHealthCheck(value: unknown): HealthCheck | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is not a JSON object";
  const { test, retries, ...rest } = value as Record<string, unknown>;
  const command = parseTest(test);
  if (typeof command === "string") return command;
  const times: Record<string, number> = {};
  for (const [key, text] of Object.entries(rest)) {
    const name = durations[key as keyof typeof durations];
    if (name === undefined)
      return `has "${key}"; allowed: test, ${Object.keys(durations).join(", ")}, retries`;
    const ms = typeof text === "string" ? parseDuration(text) : undefined;
    if (ms === undefined) return `has the ${key} ${JSON.stringify(text)}; expected a duration such as 30s`;
    times[name] = ms * nanosecondsPerMs;
  }
  if (retries === undefined) return { Test: command, ...times };
  if (typeof retries !== "number" || !Number.isInteger(retries) || retries < 1)
    return `has ${JSON.stringify(retries)} retries; expected a whole number of at least 1`;
  return { Test: command, ...times, Retries: retries };
}

/** As in Compose: a text is for the shell; the first word of a list says how to use the rest. */
function parseTest(test: unknown): string[] | string {
  if (typeof test === "string" && test !== "") return ["CMD-SHELL", test];
  if (Array.isArray(test) && test.every((part) => typeof part === "string")) {
    const [kind, ...rest] = test as string[];
    if (kind === "CMD" && rest.length > 0) return [kind, ...rest];
    if (kind === "CMD-SHELL" && rest.length === 1) return [kind, ...rest];
    if (kind === "NONE" && rest.length === 0) return [kind];
  }
  return `has no valid test; expected for example ["CMD","node","health.mjs"], ["CMD-SHELL","curl -f localhost"] or ["NONE"]`;
}

/** OCI image-spec v1.1, image-index.md, "platform object". */
export interface Platform {
  readonly os: "linux";
  readonly architecture: string;
  readonly variant?: string;
}

/** Go's names, which OCI uses, of the architectures of Linux images. */
const architectures = ["386", "amd64", "arm", "arm64", "loong64", "mips64le", "ppc64le", "riscv64", "s390x"];

/** Parses `linux/arm64` or `linux/arm64/v8`. */
export function parsePlatform(text: string): Platform | undefined {
  const [os, architecture = "", variant, ...more] = text.split("/");
  if (os !== "linux" || !architectures.includes(architecture) || more.length > 0) return undefined;
  if (variant === undefined) return { os, architecture };
  return /^v\d+$/.test(variant) ? { os, architecture, variant } : undefined;
}

/** Returns whether an image with the platform `named` runs on `platform`. */
export function isFor(named: NamedPlatform, platform: Platform): boolean {
  return (
    named.os === platform.os &&
    named.architecture === platform.architecture &&
    variantOf(named) === variantOf(platform)
  );
}

/** Returns the default variant of an architecture: containerd/platforms, "Normalization". */
function variantOf({ architecture, variant }: NamedPlatform): string {
  if (variant) return variant;
  return architecture === "arm64" ? "v8" : architecture === "arm" ? "v7" : "";
}
