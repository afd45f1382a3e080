import { GetBranchCommand } from "@aws-sdk/client-codecommit";
import type { MirrorContext } from "../context.ts";

/** Returns the branch's commit in CodeCommit; undefined when there is no such branch. */
export async function readHead(
  { codecommit, signal }: MirrorContext,
  { repository, branch }: { readonly repository: string; readonly branch: string },
): Promise<string | undefined> {
  try {
    const command = new GetBranchCommand({ repositoryName: repository, branchName: branch });
    return (await codecommit.send(command, { abortSignal: signal })).branch?.commitId;
  } catch (error) {
    if ((error as Error).name === "BranchDoesNotExistException") return undefined;
    throw error;
  }
}
