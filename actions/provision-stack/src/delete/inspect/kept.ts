import type { StackContents } from "../contents.ts";

/** Returns a sentence per resource that outlives its stack. */
export function keptBy(stacks: readonly StackContents[]): string[] {
  return stacks.flatMap(({ resources }) =>
    resources.flatMap(({ logicalId, physicalId, type, deletionPolicy }) => {
      if (deletionPolicy === "Retain")
        return [`${logicalId} (${type}, ${physicalId}) is kept and continues to cost money.`];
      return deletionPolicy === "Snapshot"
        ? [
            `A last snapshot of ${logicalId} (${type}, ${physicalId}) is kept, and costs money until it is deleted.`,
          ]
        : [];
    }),
  );
}
