import { join, resolve } from "node:path";
import { type Arguments, readArguments } from "./arguments.ts";
import type { Caller } from "./caller.ts";
import { digestOf, type Image, type StandInContent, standInImage } from "./image.ts";
import { parseReference } from "./job-images.ts";
import { DockerFailure } from "./registry.ts";

/** Options that give a build this machine. */
const dangerous: readonly (readonly [option: string, value: RegExp])[] = [
  ["allow", /./],
  ["cgroup-parent", /./],
  ["network", /^host$/],
  ["security-opt", /./],
  ["ssh", /./],
];

/** Reads the arguments of `docker build`. Throws docker's error, or a refusal. */
export function readBuild(args: readonly string[]) {
  const given = readArguments(args, "file");
  const [option] = dangerous.find(([name, value]) => given.all(name).some((each) => value.test(each))) ?? [];
  if (option)
    throw new DockerFailure(
      `docker build --${option} would give the build access to this machine, so the rehearsal refuses it. Fix: build without it.`,
    );
  const [context, ...more] = given.positionals;
  if (context === undefined || more.length > 0)
    throw new DockerFailure("ERROR: docker: 'docker buildx build' requires 1 argument");
  const tags = given.all("tag").map((tag) => {
    try {
      return parseReference(tag).full;
    } catch (error) {
      throw new DockerFailure(
        `invalid argument "${tag}" for "-t, --tag" flag: ${(error as Error).message}`,
        125,
      );
    }
  });
  const output = given.last("output") ?? "";
  const isPushed = given.has("push") || /\btype=registry\b|\bpush=true\b/.test(output);
  const isArchive = /\btype=(?:oci|docker)\b/.test(output) && !output.includes("tar=false");
  const archive = isArchive ? /\bdest=([^",]+)/.exec(output)?.[1] : undefined;
  return { ...given, context, tags, output, archive, isPushed, isQuiet: given.has("quiet", "q") };
}

export type Build = ReturnType<typeof readBuild>;

/** Makes a stand-in for the image of a build, after the checks that BuildKit makes before its first step. */
export async function buildStandIn(
  caller: Caller,
  build: Build,
): Promise<{ image: Image; content: StandInContent }> {
  const source = await readContext(caller, build);
  const text = (await readDockerfile(caller, build)) ?? "";
  if (!build.archive && /\bdest=|\btype=(?:local|oci|tar)\b|^[^=]+$/.test(build.output))
    throw new DockerFailure(
      `docker build --output ${build.output} needs a Docker engine: a stand-in has no files. Fix: start Docker.`,
    );
  const [name = "an image without a name"] = build.tags;
  const made = JSON.stringify([text, source, build.all("build-arg"), build.last("target")]);
  const labels = pairsIn(build.all("label"));
  const content = { name, ports: exposedPorts(text, build), labels, source: digestOf(made) };
  return { image: standInImage(content), content };
}

/** Writes the results that a step asked for, in BuildKit's forms. */
export async function writeResults(
  caller: Caller,
  { id, digest }: Image,
  { last, tags }: Build,
): Promise<void> {
  const metadata = {
    "containerimage.config.digest": id,
    "containerimage.digest": digest,
    "image.name": tags.join(","),
  };
  const texts = { iidfile: id, "metadata-file": JSON.stringify(metadata, undefined, 2) };
  for (const [option, text] of Object.entries(texts)) {
    const path = last(option);
    if (path) await caller.ask("write", resolve(caller.directory, path), text);
  }
}

/** Returns the text of the Dockerfile; undefined if it is in the context at an address. */
export async function readDockerfile({ ask, directory }: Caller, { context, last }: Build) {
  if (isAddress.test(context)) return undefined;
  const file = context === "-" ? context : last("file");
  const folder = resolve(directory, context);
  const path =
    file === undefined ? join(folder, "Dockerfile") : file === "-" ? file : resolve(directory, file);
  const text = await ask("read", path);
  if (text !== undefined) return text;
  const name = path.slice(path.lastIndexOf("/") + 1);
  throw new DockerFailure(
    `ERROR: failed to build: failed to solve: failed to read dockerfile: open ${name}: no such file or directory`,
  );
}

const isAddress = /^(?:https?|git|ssh):\/\/|^git@/;

/** Returns what distinguishes the files of a build from those of another commit. */
async function readContext({ ask, directory }: Caller, { context }: Build): Promise<string> {
  if (context === "-" || isAddress.test(context)) return context;
  const digest = await ask("digest", resolve(directory, context));
  if (digest !== undefined) return digest;
  throw new DockerFailure(`ERROR: failed to build: unable to prepare context: path "${context}" not found`);
}

/** Returns the ports of EXPOSE and `ENV PORT` in the stage that is built and in those that it is based on. */
function exposedPorts(dockerfile: string, { all, last }: Pick<Arguments, "all" | "last">): string[] {
  const variables: Record<string, string> = {};
  const given = pairsIn(all("build-arg"));
  const expand = (text: string) =>
    text.replace(/\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})/g, (_, a, b, other = "") => variables[a ?? b] || other);
  const stages: { name: string | undefined; ports: Set<string> }[] = [];
  for (const line of dockerfile.replaceAll(/\\\r?\n/g, " ").split("\n")) {
    const [word = "", ...words] = line.trim().split(/\s+/);
    const stage = stages.at(-1);
    switch (word.toUpperCase()) {
      case "FROM": {
        const [base = "", , name] = words.filter((each) => !each.startsWith("--"));
        const parent = stages.find((each) => each.name === expand(base).toLowerCase());
        stages.push({ name: name?.toLowerCase(), ports: new Set(parent?.ports) });
        break;
      }
      case "EXPOSE":
        for (const port of words) stage?.ports.add(expand(port).replace("/tcp", ""));
        break;
      case "ARG":
      case "ENV": {
        // The older form is `ENV NAME value`.
        const pairs = words[0]?.includes("=") ? words : [words.join("=")];
        for (const [name, value] of Object.entries(pairsIn(pairs))) {
          const isArgument = word.toUpperCase() === "ARG";
          const text = expand(value.replaceAll(/["']/g, "")) || variables[name];
          variables[name] = (isArgument ? given[name] : undefined) ?? text ?? "";
          if (name === "PORT" && !isArgument) stage?.ports.add(variables[name]);
        }
      }
    }
  }
  const target = last("target")?.toLowerCase();
  const chosen = target === undefined ? stages.at(-1) : stages.find(({ name }) => name === target);
  if (chosen) return [...chosen.ports].filter((port) => /^\d+$/.test(port));
  if (target === undefined) return [];
  throw new DockerFailure(
    `ERROR: failed to build: failed to solve: target stage "${target}" could not be found`,
  );
}

function pairsIn(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    list.map((pair) => [pair.split("=")[0] ?? "", pair.split("=").slice(1).join("=")]),
  );
}
