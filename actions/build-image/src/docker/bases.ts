import { Failure } from "../../../shared/failure.ts";
import { connectToRegistry, type RegistryClient } from "../../../shared/registry/client.ts";
import { type ImageName, parseImageName } from "../../../shared/registry/image-name.ts";
import type { BuildEnvironment } from "../builder.ts";
import type { DockerInputs } from "./inputs.ts";

/** The names in a Dockerfile that the source and the summary need; BuildKit parses the rest. */
export interface Names {
  /** Images that any stage builds on or copies from. */
  readonly images: readonly string[];
  /** References with a variable that only BuildKit knows, as they are written. */
  readonly unknown: readonly string[];
  /** BuildKit's name of the stage that becomes the image. */
  readonly finalStage: string;
}

type Options = Pick<DockerInputs, "dockerfile" | "target" | "buildArgs" | "platforms">;

/** Where an instruction names the image or the stage that it copies from. */
const copies: Readonly<Record<string, RegExp>> = {
  COPY: /(?:^|\s)--from=(\S+)/g,
  RUN: /(?:^|\s)--mount=\S*?\bfrom=([^,\s]+)/g,
};

export function readNames(text: string, options: Options): Names {
  const stages: (string | undefined)[] = [];
  const froms: { from: string; earlier: (string | undefined)[] }[] = [];
  const copied: string[] = [];
  const globals: string[] = [];
  for (const [keyword, rest] of instructionsOf(text)) {
    if (keyword === "FROM") {
      const [from = "", as, name] = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
      froms.push({ from: unquote(from), earlier: [...stages] });
      stages.push(as?.toUpperCase() === "AS" ? name?.toLowerCase() : undefined);
    } else if (keyword === "ARG" && stages.length === 0) globals.push(rest);
    else if (copies[keyword])
      copied.push(...[...rest.matchAll(copies[keyword])].map(([, from = ""]) => unquote(from)));
  }
  const values = options.platforms.map((platform) => valuesOf(globals, options.buildArgs, platform));
  // A stage may have the name of its own base: FROM node AS node.
  const bases = froms.flatMap(({ from, earlier }) =>
    values.map((each) => expand(from, each)).filter((name) => !earlier.includes(name.toLowerCase())),
  );
  const images = copied.filter((name) => !stages.includes(name.toLowerCase()) && !/^\d+$/.test(name));
  const named = [...new Set([...bases, ...images])].sort();
  return {
    images: named.filter((name) => !name.includes("$") && name !== "scratch"),
    unknown: named.filter((name) => name.includes("$")),
    finalStage: finalStageOf(stages, options),
  };
}

/** Returns keywords in capitals with their arguments; comments are left out and continued lines are joined. */
function instructionsOf(text: string): [keyword: string, rest: string][] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const whole = lines.filter((line) => !/^\s*(?:#|$)/.test(line)).join("\n");
  return whole
    .replace(/\\[ \t]*\n/g, "")
    .split("\n")
    .map((line) => {
      const [keyword = "", ...words] = line.trim().split(/\s+/);
      return [keyword.toUpperCase(), words.join(" ")];
    });
}

function finalStageOf(stages: readonly (string | undefined)[], { target, dockerfile }: Options): string {
  if (stages.length === 0)
    throw new Failure(`${dockerfile} has no instruction FROM`, {
      nextStep: "correct the Dockerfile, or the input dockerfile; nothing was changed.",
    });
  const named = target === undefined ? stages.length - 1 : stages.lastIndexOf(target.toLowerCase());
  const index = named < 0 && /^\d+$/.test(target ?? "") ? Number(target) : named;
  if (index >= 0 && index < stages.length) return stages[index] ?? `stage-${index}`;
  const names = stages.filter((name) => name !== undefined).join(", ");
  throw new Failure(
    `${dockerfile} does not have the stage ${target}; ${names ? `it has ${names}` : "no stage has a name"}`,
    { nextStep: "correct the input target; nothing was changed." },
  );
}

/** Returns the values of the arguments for FROM: those before the first stage, and the platform's. */
function valuesOf(globals: readonly string[], buildArgs: ReadonlyMap<string, string>, platform: string) {
  const [os = "", architecture = "", variant = ""] = platform.split("/");
  const values = new Map([
    ["TARGETPLATFORM", platform],
    ["TARGETOS", os],
    ["TARGETARCH", architecture],
    ["TARGETVARIANT", variant],
  ]);
  const declared = /([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/g;
  for (const [, name = "", written] of globals.flatMap((text) => [...text.matchAll(declared)])) {
    const value = buildArgs.get(name) ?? (written === undefined ? "$" : expand(unquote(written), values));
    if (!value.includes("$")) values.set(name, value);
  }
  return values;
}

function unquote(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

/** A variable of FROM: `$A`, `${A}` or `${A:-default}`. */
const variable = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::-([^${}]*))?\})/g;

/** Returns the text as it is when a variable has no value or is used in a way that only BuildKit knows. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  const expanded = text.replace(variable, (written, bare, braced, fallback) => {
    const value = values.get(bare ?? braced);
    return (fallback === undefined ? value : value || fallback) ?? written;
  });
  return expanded.includes("$") ? text : expanded;
}

/**
 * Resolves the names of base images, so that a tag that moved makes another source, and so that the build takes the
 * resolved images. Returns their digests by the names in the Dockerfile. A name that cannot be resolved is reported,
 * and left to BuildKit.
 */
export async function resolveBases(
  images: readonly string[],
  environment: BuildEnvironment,
): Promise<ReadonlyMap<string, string>> {
  // One client for each registry requests its token once.
  const clients = new Map<string, Promise<RegistryClient>>();
  const registryOf = (host: string) => {
    const client = clients.get(host) ?? connectToRegistry(host, environment);
    clients.set(host, client);
    return client;
  };
  const digests = new Map<string, string>();
  await Promise.all(
    images.map(async (image) => {
      const name = parseImageName(image);
      if (!name || name.digest !== undefined) return;
      const digest = await lookUp(image, name, registryOf, environment);
      if (digest !== undefined) digests.set(image, digest);
    }),
  );
  return digests;
}

async function lookUp(
  image: string,
  { host, name, tag }: ImageName,
  registryOf: (host: string) => Promise<RegistryClient>,
  { log, signal }: BuildEnvironment,
): Promise<string | undefined> {
  const byName = "only its name is part of the source digest, and Docker pulls it";
  try {
    const manifest = await (await registryOf(host)).getManifest(name, tag);
    if (manifest) return manifest.digest;
    log.info(`${image}: ${host} has no such image; ${byName}`);
  } catch (error) {
    if (signal.aborted) throw error;
    log.info(`${image}: could not be read from its registry (${(error as Error).message}); ${byName}`);
  }
  return undefined;
}
