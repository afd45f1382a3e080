import type { Finding } from "../../../../shared/findings.ts";
import type { World } from "../../world.ts";
import type { StackContents } from "../contents.ts";

/** What was found out about a deletion before it. */
export interface Inspected {
  readonly findings: readonly Finding[];
  readonly emptyings: readonly Emptying[];
}

/** Something that is in the way of a stack's deletion and can be done away with. */
export interface Emptying {
  readonly stackName: string;
  /** What is in the way, such as `repository customer (stack shop-registry) holds 12 images`. */
  readonly text: string;
  /** False for what CloudFormation itself does away with, only less gently. */
  readonly blocks: boolean;
  run(): Promise<void>;
}

/** Looks at stacks that are all to be deleted. */
export type Inspect = (world: World, stacks: readonly StackContents[]) => Promise<Inspected>;

export const nothingFound: Inspected = { findings: [], emptyings: [] };

export function together(parts: readonly Inspected[]): Inspected {
  return {
    findings: parts.flatMap(({ findings }) => findings),
    emptyings: parts.flatMap(({ emptyings }) => emptyings),
  };
}

export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
