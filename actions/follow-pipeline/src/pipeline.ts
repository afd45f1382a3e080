import {
  type ActionDeclaration,
  GetPipelineCommand,
  type PipelineDeclaration,
  paginateListPipelines,
} from "@aws-sdk/client-codepipeline";
import { isAccessDenied } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { didYouMean } from "../../core/nearest-name.ts";
import type { FollowContext } from "./context.ts";
import type { Target } from "./inputs.ts";

/** Finds the pipeline's declaration; throws a Failure when it does not exist. */
export async function findPipeline(context: FollowContext, name: string): Promise<PipelineDeclaration> {
  const { clients, signal } = context;
  try {
    const { pipeline } = await clients.codepipeline.send(new GetPipelineCommand({ name }), {
      abortSignal: signal,
    });
    return pipeline as PipelineDeclaration;
  } catch (error) {
    if ((error as Error).name !== "PipelineNotFoundException") throw error;
    const names = await listNames(context);
    const known = names.length > 0 ? `check the input pipeline (existing: ${sayNames(names)})` : "create it";
    throw new Failure(
      `Pipeline ${name} does not exist in this account and region${didYouMean(name, names)}`,
      {
        nextStep: `${known}, and the region; nothing was changed.`,
        cause: error,
      },
    );
  }
}

/** Few enough to be read in an annotation. */
const mostNames = 5;

function sayNames(names: readonly string[]): string {
  const more = names.length - mostNames;
  return `${names.slice(0, mostNames).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

async function listNames({ clients: { codepipeline: client } }: FollowContext): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { pipelines = [] } of paginateListPipelines({ client }, {}))
      names.push(...pipelines.flatMap(({ name }) => name ?? []));
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
  }
  return names;
}

export function actionsOf({ stages = [] }: PipelineDeclaration): ActionDeclaration[] {
  return stages.flatMap(({ actions = [] }) => actions);
}

export function providerOf({ actionTypeId }: ActionDeclaration): string {
  return actionTypeId?.provider ?? "";
}

/** Source providers whose revision is a commit (CodePipeline user guide, action reference). */
const commitProviders = ["CodeCommit", "CodeStarSourceConnection", "GitHub"];

export interface WantedSource {
  readonly kind: "commit" | "image";
  readonly revision: string;
  /** Names of the source actions that may bring it. */
  readonly actions: readonly string[];
  /** For a commit: what these actions watch, such as `branch main of definitions`. */
  readonly watched?: readonly string[];
}

/** Finds the pipeline's sources for the wanted revisions; throws a Failure when one has none. */
export function wantedSources(pipeline: PipelineDeclaration, target: Target): WantedSource[] {
  const { commit, image } = target;
  const sources = actionsOf(pipeline).filter(({ actionTypeId }) => actionTypeId?.category === "Source");
  const wanted: WantedSource[] = [];
  if (commit) {
    const actions = sources.filter((source) => commitProviders.includes(providerOf(source)));
    const watched = actions.map(branchOf);
    wanted.push({ kind: "commit", revision: commit, actions: namesOf(actions), watched });
  }
  if (image) {
    const actions = sources.filter((source) => bringsImage(source, image.repository));
    wanted.push({ kind: "image", revision: image.digest, actions: namesOf(actions) });
  }
  for (const { kind, actions } of wanted)
    if (actions.length === 0) throw noSource(pipeline, kind, image?.repository, sources);
  return wanted;
}

/** Reads the branch by the keys of CodeCommit, a connection and GitHub (CodePipeline user guide, action reference). */
function branchOf({ configuration = {} }: ActionDeclaration): string {
  const { RepositoryName, FullRepositoryId, Repo, BranchName, Branch } = configuration;
  return `branch ${BranchName ?? Branch} of ${RepositoryName ?? FullRepositoryId ?? Repo}`;
}

/** Returns a text such as `commit 0a1b…` or `image sha256:…`, to follow `with` or `for` in a sentence. */
export function sayWanted(wanted: readonly WantedSource[]): string {
  return wanted.map(({ kind, revision }) => `${kind} ${revision}`).join(" and ");
}

function bringsImage(source: ActionDeclaration, repository: string | undefined): boolean {
  if (providerOf(source) !== "ECR") return false;
  return repository === undefined || source.configuration?.RepositoryName === repository;
}

function namesOf(actions: readonly ActionDeclaration[]): string[] {
  return actions.flatMap(({ name }) => name ?? []);
}

function noSource(
  { name }: PipelineDeclaration,
  kind: WantedSource["kind"],
  repository: string | undefined,
  sources: readonly ActionDeclaration[],
): Failure {
  const what =
    kind === "commit" ? "no commits" : `no image${repository ? ` of the repository ${repository}` : ""}`;
  const known = sources.map((source) => {
    const { RepositoryName, FullRepositoryId, S3Bucket } = source.configuration ?? {};
    return [providerOf(source), RepositoryName ?? FullRepositoryId ?? S3Bucket].filter(Boolean).join(" ");
  });
  return new Failure(`Pipeline ${name} accepts ${what}: its sources are ${known.join(", ")}`, {
    nextStep: `check the inputs pipeline and ${kind}; nothing was changed.`,
  });
}
