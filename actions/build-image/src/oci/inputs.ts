import type { InputReader } from "../../../core/inputs.ts";
import { type ImageName, parseImageName } from "../../../registry/image-name.ts";
import { type Platform, readPlatforms } from "../platforms.ts";

/** Settings that start the container. */
export interface ContainerSettings {
  /** Includes its arguments; undefined keeps the base image's. */
  readonly entrypoint: readonly string[] | undefined;
  readonly workingDirectory: string;
  readonly user: string;
  readonly environment: ReadonlyMap<string, string>;
  /** `8080/tcp` */
  readonly exposedPorts: readonly string[];
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
  "working-directory",
  "user",
  "environment",
  "exposed-ports",
];

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
      if (!accept(value)) read.problem(`Input ${name} has "${value}"; expected ${expected}`);
  };

  const baseImage = readBaseImage(read);
  const entrypoint = read.json(
    "entrypoint",
    'a JSON array of strings, such as ["node","server.mjs"]',
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

  return {
    kind: "oci",
    baseImage,
    entrypoint,
    workingDirectory,
    user,
    environment,
    exposedPorts: [...new Set(ports.map((port) => (port.includes("/") ? port : `${port}/tcp`)))],
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
