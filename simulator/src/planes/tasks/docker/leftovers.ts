import { readFileSync, readlinkSync } from "node:fs";
import { type Engine, unlessGone } from "./engine.ts";

/** On every container and network, with the process that made it. */
export const ownerLabel = "ecs-simulator.owner";
/** Where images are named; the tag begins with the process that pulled it. */
export const imageRepository = "ecs-simulator";

/** This process, as labels and tags name it: its namespace, id and start, for ids are used again. */
export function thisProcess(): string {
  return `${namespace()}-${process.pid}-${startOf(process.pid)}`;
}

/** False for a process of this machine that has ended; those of other process namespaces cannot be judged. */
export function mayBeAlive(owner: string): boolean {
  const [where, pid, start] = owner.split("-");
  return where !== namespace() || startOf(Number(pid)) === start;
}

function namespace(): string | undefined {
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
}

/** Clock ticks between the machine's start and the process's; undefined when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    // "pid (name) state … start": a name may hold anything (proc_pid_stat(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Removes the containers, networks and image names of processes that are gone. */
export async function removeLeftovers(
  engine: Engine,
  isGone: (owner: string) => boolean = (owner) => !mayBeAlive(owner),
): Promise<void> {
  const labelled = { query: { filters: JSON.stringify({ label: [ownerLabel] }) } };
  const [containers, networks, images] = await Promise.all([
    engine.call<Labelled[]>("GET", "/containers/json", { query: { ...labelled.query, all: "1" } }),
    engine.call<Labelled[]>("GET", "/networks", labelled),
    engine.call<{ RepoTags: string[] | null }[]>("GET", "/images/json", {
      query: { filters: JSON.stringify({ reference: [imageRepository] }) },
    }),
  ]);
  const left = ({ Labels }: Labelled) => isGone(Labels[ownerLabel] ?? "");
  // A network goes when nobody is in it, an image when nobody uses it.
  await Promise.all(containers.filter(left).map(({ Id }) => removeContainer(engine, Id)));
  await Promise.all(
    networks.filter(left).map(({ Id }) => unlessGone(engine.call("DELETE", `/networks/${Id}`))),
  );
  for (const name of images.flatMap(({ RepoTags }) => RepoTags ?? [])) {
    const [repository, tag = ""] = name.split(":");
    const owner = tag.slice(0, tag.lastIndexOf("-", tag.lastIndexOf("-") - 1));
    if (repository === imageRepository && isGone(owner)) await removeImage(engine, name);
  }
}

interface Labelled {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** Also one that runs. */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  await unlessGone(engine.call("DELETE", `/containers/${id}`, { query: { force: "1", v: "1" } }));
}

/** Removes this name of an image, and the image with its last name. */
export async function removeImage(engine: Engine, name: string): Promise<void> {
  await unlessGone(engine.call("DELETE", `/images/${name}`));
}
