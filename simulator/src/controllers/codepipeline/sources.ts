import type { SourceRevisionOverride } from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../environment.ts";
import type { Perform } from "./action.ts";
import { codeCommitSource } from "./codecommit-source.ts";
import { ecrSource } from "./ecr-source.ts";
import { s3Source } from "./s3-source.ts";

export interface Source {
  readonly perform: Perform;
  /** Whether CodePipeline itself polls for changes, unless PollForSourceChanges is false. */
  readonly polled: boolean;
  /** Types of revisions that an execution may be started with instead of the newest. */
  readonly overrides: readonly SourceRevisionOverride["revisionType"][];
  /** Returns the id of the newest revision. Rejects when there is none. */
  latest(environment: Environment, configuration: Readonly<Record<string, string>>): Promise<string>;
}

export const sources: ReadonlyMap<string | undefined, Source> = new Map([
  ["CodeCommit", codeCommitSource],
  ["ECR", ecrSource],
  ["S3", s3Source],
]);
