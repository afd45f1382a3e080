import type { Source } from "./action.ts";
import { codeCommitSource } from "./codecommit-source.ts";
import { ecrSource } from "./ecr-source.ts";
import { s3Source } from "./s3-source.ts";

export const sources: ReadonlyMap<string | undefined, Source> = new Map([
  ["CodeCommit", codeCommitSource],
  ["ECR", ecrSource],
  ["S3", s3Source],
]);
