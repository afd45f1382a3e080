import {
  CreateRepositoryCommand,
  GetBranchCommand,
  GetRepositoryCommand,
  type RepositoryMetadata,
} from "@aws-sdk/client-codecommit";
import { Failure } from "../../../shared/failure.ts";
import type { MirrorContext } from "../context.ts";
import type { MirrorInputs } from "../inputs.ts";

/** The target of the mirror. */
export interface Target {
  readonly repository: string;
  readonly branch: string;
  /** Address for Git, over HTTPS; undefined while the repository does not exist yet. */
  readonly url: string | undefined;
  /** Commit of the branch; undefined when there is no such branch. */
  readonly head: string | undefined;
}

export async function openTarget(context: MirrorContext, inputs: MirrorInputs): Promise<Target> {
  const { repository, branch } = inputs;
  const found = await findRepository(context, repository);
  if (found) return { repository, branch, url: found.cloneUrlHttp, head: await readHead(context, inputs) };
  if (inputs.createRepository) return { repository, branch, url: undefined, head: undefined };
  const region = await context.codecommit.config.region();
  throw new Failure(`CodeCommit repository ${repository} does not exist in this account in ${region}`, {
    nextStep:
      "correct the input repository or the region, apply the stack that creates it, or set create-repository: true. Nothing was changed.",
  });
}

async function findRepository({ codecommit, signal }: MirrorContext, repositoryName: string) {
  try {
    const command = new GetRepositoryCommand({ repositoryName });
    const { repositoryMetadata } = await codecommit.send(command, { abortSignal: signal });
    return repositoryMetadata;
  } catch (error) {
    if ((error as Error).name === "RepositoryDoesNotExistException") return undefined;
    throw error;
  }
}

/** Resolves to the address of the repository, which is created if it is missing. */
export async function settleRepository(context: MirrorContext, { url, repository }: Target): Promise<string> {
  return url ?? (await createRepository(context, repository)).cloneUrlHttp ?? "";
}

async function createRepository(
  { codecommit, log, signal }: MirrorContext,
  repositoryName: string,
): Promise<RepositoryMetadata> {
  const command = new CreateRepositoryCommand({ repositoryName });
  const { repositoryMetadata = {} } = await codecommit.send(command, { abortSignal: signal });
  log.info(`Created the CodeCommit repository ${repositoryName}.`);
  return repositoryMetadata;
}

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
