import { refuse } from "../errors.ts";
import { standIns } from "../steps/stand-ins/stand-ins.ts";
import type { Source, Sources } from "./sources.ts";
import type { ActionStep } from "./workflow.ts";

export type ActionReference =
  /** `./path`: from the job's workspace. */
  | { kind: "workspace"; path: string }
  /** `$/path`: from the commit that the step's file is in. */
  | { kind: "commit"; path: string }
  /** `owner/name/path@ref` */
  | { kind: "repository"; repository: string; path: string; ref: string }
  | { kind: "stand-in"; name: string };

/** Reads the value of `uses` of a step. Throws WorkflowRefused for an action that this runner does not support. */
export function readReference({ uses, place }: ActionStep, { names }: Sources): ActionReference {
  if (uses.startsWith("./")) return { kind: "workspace", path: uses.slice(2) };
  if (uses.startsWith("$/")) return { kind: "commit", path: uses.slice(2) };
  const name = uses.split("@")[0] as string;
  if (standIns[name]) return { kind: "stand-in", name };
  const [, repository = "", path = "", ref = ""] = /^([^/@]+\/[^/@]+)(?:\/([^@]*))?@(.+)$/.exec(uses) ?? [];
  if (names.includes(repository)) return { kind: "repository", repository, path, ref };
  const others = names.map((each) => `${each}/<folder>@<ref>`);
  throw refuse(place, `the action '${uses}'`, [
    "./<folder>",
    "$/<folder>",
    ...others,
    ...Object.keys(standIns),
  ]);
}

/** Returns where an action is that every job of the run gets from the same commit; undefined for another one. */
export async function sourceOf(
  step: ActionStep,
  reference: ActionReference,
  sources: Sources,
): Promise<Source | undefined> {
  if (reference.kind === "commit") return step.source;
  if (reference.kind !== "repository") return undefined;
  return sources.open(reference.repository, reference.ref, step.place);
}
