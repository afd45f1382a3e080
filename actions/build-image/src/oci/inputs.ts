import type { InputReader } from "../../../shared/inputs.ts";
import { type ImageReference, parseImageReference } from "../../../shared/registry/image-reference.ts";

export interface Platform {
  readonly os: "linux";
  readonly architecture: "amd64" | "arm64";
}

/** What the container is started with; what is undefined stays as the base image has it. */
export interface ContainerSettings {
  readonly entrypoint: readonly string[] | undefined;
  readonly workingDirectory: string;
  readonly user: string;
  readonly environment: ReadonlyMap<string, string>;
  /** `8080/tcp` */
  readonly exposedPorts: readonly string[];
}

export interface OciInputs extends ContainerSettings {
  readonly kind: "oci";
  readonly baseImage: ImageReference | "scratch";
  readonly platform: Platform;
}

/** Inputs that only this builder has. */
export const ociInputNames: readonly string[] = [
  "base-image",
  "entrypoint",
  "working-directory",
  "user",
  "environment",
  "exposed-ports",
  "health-check",
];

/** A name or number, and after a colon its group: OCI image-spec v1.1, config.md, User. */
const userPattern = /^(?:\d+|[a-z_][a-z0-9_-]*)(?::(?:\d+|[a-z_][a-z0-9_-]*))?$/;

export function readOciInputs(read: InputReader): OciInputs {
  /** Notes values that `accept` does not like. */
  const check = (
    name: string,
    values: Iterable<string>,
    accept: (value: string) => boolean,
    expected: string,
  ) => {
    for (const value of values)
      if (value && !accept(value)) read.problem(`Input ${name} has "${value}"; ${expected} is expected`);
  };

  const base = read.required("base-image");
  const baseImage = base === "scratch" ? base : parseImageReference(base);
  if (base && !baseImage)
    read.problem(
      `Input base-image is "${base}"; scratch or an image by digest, such as node:24-slim@sha256:<64 hexadecimal digits>, is expected`,
    );
  const entrypoint = read.json(
    "entrypoint",
    `a JSON array of texts, such as ["node","server.mjs"]`,
    isCommand,
    undefined,
  );
  if (base === "scratch" && !entrypoint)
    read.problem("Input entrypoint is required with base-image scratch, which has none of its own");
  const workingDirectory = read.optional("working-directory") ?? "/app";
  check(
    "working-directory",
    [workingDirectory],
    isAbsolutePath,
    "an absolute path in the image without . and .. and a trailing slash",
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
  const architecture = read.choice("platform", ["linux/amd64", "linux/arm64"], "linux/amd64");

  return {
    kind: "oci",
    baseImage: baseImage ?? "scratch",
    entrypoint,
    workingDirectory,
    user,
    environment,
    exposedPorts: [...new Set(ports.map((port) => (port.includes("/") ? port : `${port}/tcp`)))],
    platform: { os: "linux", architecture: architecture === "linux/arm64" ? "arm64" : "amd64" },
  };
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
