import { type Bill, costLine, counted, ofType } from "../cost-line.ts";
import { textAt } from "../properties.ts";

export const billPipeline: Bill = (pipeline, context) => {
  const { pipelineRuns: runs, pipelineMinutes: minutes } = context.usage;
  if ((textAt(pipeline, "PipelineType") ?? "V1") === "V2")
    return [
      costLine(
        context,
        pipeline,
        "pipeline-v2-minutes",
        runs * minutes,
        `${counted(runs, "run")} × ${minutes} min`,
      ),
    ];
  return [
    costLine(
      context,
      pipeline,
      "pipeline-v1",
      runs > 0 ? 1 : 0,
      `${counted(runs, "run")}; after its first 30 days`,
    ),
  ];
};

export const billCodeRepository: Bill = (repository, context) => {
  const [first] = ofType(context, "AWS::CodeCommit::Repository");
  const { codeCommitUsers: users } = context.usage;
  if (repository !== first) return "users are billed, not repositories; their cost is shown at the first one";
  return [costLine(context, repository, "codecommit-user", users, counted(users, "user"))];
};

export const billImageRepository: Bill = (repository, context) => {
  const { imageGb } = context.usage;
  return [costLine(context, repository, "ecr-storage", imageGb, `${imageGb} GB`)];
};

export const billBucket: Bill = (bucket, context) => {
  const { bucketGb, bucketWrites, bucketReads } = context.usage;
  return [
    costLine(context, bucket, "s3-storage", bucketGb, `${bucketGb} GB`),
    costLine(context, bucket, "s3-writes", bucketWrites, `${bucketWrites} requests`),
    costLine(context, bucket, "s3-reads", bucketReads, `${bucketReads} requests`),
  ];
};
