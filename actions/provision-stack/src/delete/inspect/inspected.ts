import type { Finding } from "../../../../shared/findings.ts";
import type { ProvisionContext } from "../../context.ts";
import type { StackContents } from "../contents.ts";

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
  /** False for what CloudFormation removes itself, only less gently. */
  readonly blocks: boolean;
  run(): Promise<void>;
}

/** Inspects stacks that are all to be deleted. */
export type Inspect = (context: ProvisionContext, stacks: readonly StackContents[]) => Promise<Inspected>;

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
