import { randomBytes } from "node:crypto";
import type {
  ArtifactDetail,
  FailureType,
  SourceRevisionOverride,
  SourceRevisionType,
} from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../../environment.ts";
import type { AwsError } from "../../../kit/errors.ts";
import type { RoleList } from "../../../permissions/role-lists.ts";
import { roleLists } from "../../../permissions/role-lists.ts";
import { type RoleUse, refusalOf } from "../../../permissions/service-roles.ts";
import { readZip } from "../../../runtime/zip-archive.ts";
import { bytesOf } from "../../s3/objects.ts";
import type { ActionRun, PipelineRecord } from "../state.ts";

/** An action in progress. */
export interface ActionJob {
  readonly environment: Environment;
  readonly record: PipelineRecord;
  /** The run, updated with details while it is in progress. */
  readonly run: ActionRun;
  readonly configuration: Readonly<Record<string, string>>;
  /** Aborted when the action is abandoned, or the simulator closes. */
  readonly signal: AbortSignal;
}

/** The current revision of a source, or the one that an execution was started with. */
interface FoundRevision {
  /** A commit id, an image's digest, an object's version id. */
  readonly id: string;
  readonly summary?: string | undefined;
  readonly url?: string | undefined;
  readonly created?: Date | undefined;
}

export interface ActionResult {
  readonly summary?: string | undefined;
  /** Set for sources only: the found revision, and the archive that later actions get. */
  readonly source?: { readonly revision: FoundRevision; readonly artifact: Uint8Array };
}

/** Performs an action of one provider. Rejects with an ActionFailure, or with its signal's reason. */
export type Perform = (job: ActionJob) => Promise<ActionResult>;

export interface Source {
  readonly perform: Perform;
  /** Whether CodePipeline itself polls for changes, unless PollForSourceChanges is false. */
  readonly polled: boolean;
  /** Types of revisions that an execution may be started with instead of the newest. */
  readonly overrides: readonly SourceRevisionOverride["revisionType"][];
  /** Returns the id of the newest revision. Rejects if none exists. */
  latest(environment: Environment, configuration: Readonly<Record<string, string>>): Promise<string>;
}

/** Reason of a failed action, as in its errorDetails. */
export class ActionFailure extends Error {
  readonly code: FailureType;

  constructor(code: FailureType, message: string) {
    super(message);
    this.name = "ActionFailure";
    this.code = code;
  }
}

/** An action of the stage failed: the execution ends. */
export class StageFailure extends Error {}

/** The execution was stopped, in a stage or in front of one. */
export class StopRequest extends Error {}

/** A later execution has overtaken this one in front of a stage. */
export class Superseded extends Error {}

/** The pipeline was changed or deleted: executions in progress end. */
export class Outdated extends Error {}

/** The reason with which an abandoned action is aborted. */
export class Abandonment extends Error {}

/**
 * Returns an error of another service as CodePipeline quotes it: in the words of the AWS SDK for Java, which it uses.
 */
export function quote(service: string, { message, statusCode, code, name }: AwsError): string {
  return `${message} (Service: ${service}; Status Code: ${statusCode ?? 500}; Error Code: ${code ?? name})`;
}

/** Calls another service; an error fails the action. */
export function orActionFailure<Output>(
  call: Promise<Output>,
  service: string,
  failureOf: FailureType | ((error: AwsError) => FailureType) = "ConfigurationError",
): Promise<Output> {
  return call.catch((error: AwsError) => {
    const type = typeof failureOf === "string" ? failureOf : failureOf(error);
    throw new ActionFailure(type, quote(service, error));
  });
}

/** Returns the revision that the execution was started with for this source action, if any. */
export function overrideOf({ run }: ActionJob, type: SourceRevisionType): string | undefined {
  return run.execution.overrides.find(
    ({ actionName, revisionType }) => actionName === run.action.name && revisionType === type,
  )?.revisionValue;
}

/** An action's run, with what decides about its role. */
type Acting = Pick<ActionJob, "environment" | "record" | "run">;

/** Returns AWS's message if the action's role does not permit a step; undefined if it does. */
export async function denialOf(
  { environment, record, run }: Acting,
  step: keyof typeof roleLists.codePipeline.steps,
  values: RoleUse<RoleList>["values"],
): Promise<string | undefined> {
  const { roleArn = record.declaration.roleArn ?? "" } = run.action;
  const session = String(run.startedAt.getTime());
  const use = { roleArn, list: roleLists.codePipeline, step, values: values ?? {}, session };
  return (await refusalOf(environment, use))?.message;
}

/** S3 does not say which permission a request lacks. */
const deniedByS3 =
  "Amazon S3:AccessDenied:Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)";

/** Recorded: a question about CodeCommit, and awslabs/aws-refarch-cross-account-pipeline#1 about S3. */
export function noAccess(what: string, message: string): ActionFailure {
  return new ActionFailure(
    "PermissionError",
    `The service role or action role doesn’t have the permissions required to access the ${what}. Update the IAM role permissions, and then try again. Error: ${what.includes(" S3 ") ? deniedByS3 : message}`,
  );
}

/** Lengths of the parts of an artifact's key, in characters: seen in the keys that AWS writes. */
const pipelinePart = 20;
const artifactPart = 10;
const randomPart = 7;

/** Stores an artifact in the pipeline's bucket, under `<pipeline>/<artifact>/<random>` as AWS does. */
export async function storeArtifact(
  acting: Acting,
  name: string,
  archive: Uint8Array,
): Promise<ArtifactDetail> {
  const { aws } = acting.environment;
  const { name: pipeline, declaration } = acting.record;
  const bucket = declaration.artifactStore?.location ?? "";
  const key = `${pipeline.slice(0, pipelinePart)}/${name.slice(0, artifactPart)}/${randomName()}`;
  const denial = await denialOf(acting, "storeArtifact", { bucket, key });
  if (denial) throw noAccess(`Amazon S3 bucket named ${bucket}`, denial);
  await aws.s3
    .putObject({ Bucket: bucket, Key: key, Body: archive, ContentType: "application/zip" })
    .catch((error: AwsError) => {
      throw new ActionFailure(
        "ConfigurationError",
        `The artifact could not be stored in the S3 bucket "${bucket}": ${quote("Amazon S3", error)}`,
      );
    });
  return { name, s3location: { bucket, key } };
}

/**
 * Returns the text of a file in one of the action's input artifacts; undefined if it does not have the artifact or file,
 * or if its role may not read the artifact.
 */
export async function readFileOf(
  job: ActionJob,
  artifact: string,
  path: string,
  { largestArchive }: { largestArchive: number },
): Promise<string | undefined> {
  const { bucket = "", key = "" } = job.run.inputs.find(({ name }) => name === artifact)?.s3location ?? {};
  if (!key || (await denialOf(job, "readArtifact", { bucket, key }))) return undefined;
  const { Body } = await job.environment.aws.s3.getObject({ Bucket: bucket, Key: key });
  const archive = await bytesOf(Body);
  if (archive.length > largestArchive) return undefined;
  return readZip(archive)
    .find((entry) => entry.path === path)
    ?.content.toString();
}

function randomName(): string {
  return randomBytes(randomPart).toString("base64url").replaceAll(/[-_]/g, "x").slice(0, randomPart);
}
