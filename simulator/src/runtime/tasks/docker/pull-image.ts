import { text } from "node:stream/consumers";
import type { Registry } from "../../registry/registry.ts";
import type { LocalImage } from "../runtime.ts";
import { type Engine, EngineError } from "./engine.ts";
import { imageRepository } from "./leftovers.ts";

/** A pull from our own registry takes seconds. */
const tokenLastsMs = 3_600_000;

export interface PullOptions {
  readonly engine: Engine;
  readonly registry: Pick<Registry, "pull" | "issueToken">;
  /** Prefix of the tags under which the engine keeps this runtime's images. */
  readonly tagPrefix: string;
}

/** Pulls images by digest, each once, and lists the names they got. */
export function createImages({ engine, registry, tagPrefix }: PullOptions) {
  const pulled = new Map<string, Promise<string>>();
  return {
    async pull(reference: string): Promise<LocalImage> {
      // Rejects with the message of Fargate's agent for an image that cannot be pulled; selects the image of an index.
      const image = await registry.pull(reference);
      const tag = `${tagPrefix}-${image.digest.slice("sha256:".length).slice(0, 12)}`;
      const source = `${image.name ?? withoutVersion(reference)}@${image.digest}`;
      const location = pulled.get(tag) ?? fetchImage(engine, registry, source, tag);
      pulled.set(tag, location);
      location.catch(() => pulled.delete(tag));
      return { digest: image.digest, config: image.config.config ?? {}, location: await location };
    },
    /** Returns the names of all pulled images. */
    async names(): Promise<string[]> {
      const settled = await Promise.allSettled(pulled.values());
      return settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    },
  };
}

/** Returns host:port/name of a reference with a tag, a digest or both. */
function withoutVersion(reference: string): string {
  return reference.replace(/@[^@]*$/, "").replace(/:[^/:]*$/, "");
}

/** Pulls an image into the engine under a special name, which distinguishes it from the user's images in later runs. */
async function fetchImage(
  engine: Engine,
  registry: Pick<Registry, "issueToken">,
  source: string,
  tag: string,
): Promise<string> {
  const isThere = await hasImage(engine, source);
  if (!isThere) await pullFrom(engine, registry, source);
  await engine.call("POST", `/images/${source}/tag`, { query: { repo: imageRepository, tag } });
  if (!isThere) await engine.call("DELETE", `/images/${source}`);
  return `${imageRepository}:${tag}`;
}

async function hasImage(engine: Engine, name: string): Promise<boolean> {
  try {
    await engine.call("GET", `/images/${name}/json`);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.statusCode === 404) return false;
    throw error;
  }
}

async function pullFrom(
  engine: Engine,
  registry: Pick<Registry, "issueToken">,
  source: string,
): Promise<void> {
  const credentials = {
    username: "AWS",
    password: registry.issueToken(new Date(Date.now() + tokenLastsMs)),
    serveraddress: source.split("/")[0],
  };
  const [name, digest] = source.split("@");
  const progress = await engine
    .stream("POST", "/images/create", {
      query: { fromImage: name, tag: digest },
      headers: { "X-Registry-Auth": encode(credentials) },
    })
    .then(text, (error) => JSON.stringify({ error: error.message }));
  const failure = progress
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line).error)
    .find(Boolean);
  if (failure)
    throw new Error(
      `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to pull ${source}: ${failure}`,
    );
}

/** URL-safe base64 with padding, which the engine requires and Node's own omits. */
function encode(credentials: object): string {
  const text = Buffer.from(JSON.stringify(credentials)).toString("base64");
  return text.replaceAll("+", "-").replaceAll("/", "_");
}
