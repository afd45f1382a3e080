import type { TypeRow } from "../../../../cloudformation/types/row.ts";
import { rowOf } from "../../../../cloudformation/types/table.ts";
import { type Finding, lookUp } from "../../../../core/findings.ts";
import type { ProvisionContext } from "../../context.ts";
import { type Held, isRetained, type StackContents } from "../contents.ts";

/** Kinds of resources that may block a deletion. */
export type Kind = NonNullable<TypeRow["inspect"]>;

/** Findings before a deletion. */
export interface Inspected {
  readonly findings: readonly Finding[];
  readonly emptyings: readonly Emptying[];
}

/** Something that blocks a stack's deletion and can be removed. */
export interface Emptying {
  readonly stackName: string;
  /** The blocking resource, such as `repository customer (stack shop-registry) holds 12 images`. */
  readonly text: string;
  /** Name of the resource whose protection ends: only where the input `unprotect` repeats it, not by `force`. */
  readonly unprotects?: string;
  readonly fix?: string;
  run(): Promise<void>;
}

/** Inspects stacks that are all to be deleted. */
export type Inspect = (context: ProvisionContext, stacks: readonly StackContents[]) => Promise<Inspected>;

/** Inspects every resource of this kind that is deleted with its stack. */
export async function inspectEach(
  stacks: readonly StackContents[],
  kind: Kind,
  inspect: (held: Held) => Promise<Inspected>,
): Promise<Inspected> {
  const held = stacks.flatMap(({ resources }) => resources);
  const going = held.filter((each) => rowOf(each.type)?.inspect === kind && !isRetained(each));
  return together(await Promise.all(going.map(inspect)));
}

/** Reads something about a resource. AWS's error that it does not exist becomes a note. */
export function lookUpHeld<T>(where: string, errorName: string, call: () => Promise<T>) {
  return lookUp(where, call, { [errorName]: { text: `${where} is already deleted`, kind: "note" } });
}

export function together(parts: readonly Inspected[]): Inspected {
  return {
    findings: parts.flatMap(({ findings }) => findings),
    emptyings: parts.flatMap(({ emptyings }) => emptyings),
  };
}
