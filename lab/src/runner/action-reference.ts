import { refuse } from "./errors.ts";
import { standIns } from "./stand-ins/stand-ins.ts";

export type ActionReference =
  /** `./path`: from the job's workspace. */
  | { kind: "workspace"; path: string }
  /** `$/path`: from the running commit. */
  | { kind: "commit"; path: string }
  | { kind: "stand-in"; name: string };

/** Reads the value of `uses` of a step. Throws WorkflowRefused for an action that this runner does not support. */
export function readReference(uses: string, place: string): ActionReference {
  if (uses.startsWith("./")) return { kind: "workspace", path: uses.slice(2) };
  if (uses.startsWith("$/")) return { kind: "commit", path: uses.slice(2) };
  const name = uses.split("@")[0] as string;
  if (standIns[name]) return { kind: "stand-in", name };
  throw refuse(place, `the action '${uses}'`, ["./<folder>", "$/<folder>", ...Object.keys(standIns)]);
}
