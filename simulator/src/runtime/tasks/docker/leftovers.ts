import { mayBeAlive } from "@ecs-delivery/program/processes";
import { type Engine, unlessGone } from "./engine.ts";

/** Label of every container and network: the process that created it. */
export const ownerLabel = "ecs-simulator.owner";
/** Name of images; the tag begins with the process that pulled it. */
export const imageRepository = "ecs-simulator";

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
  // Unused networks and images can be removed.
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

/** Also removes a running one. */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  await unlessGone(engine.call("DELETE", `/containers/${id}`, { query: { force: "1", v: "1" } }));
}

/** Removes this name of an image, and the image with its last name. */
export async function removeImage(engine: Engine, name: string): Promise<void> {
  await unlessGone(engine.call("DELETE", `/images/${name}`));
}
