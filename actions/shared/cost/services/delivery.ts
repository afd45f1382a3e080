import { type Bill, costLine, counted, ofType } from "../cost-line.ts";
import { textAt } from "../properties.ts";

export const billPipeline: Bill = (pipeline, world) => {
  const { pipelineRuns: runs, pipelineMinutes: minutes } = world.usage;
  if ((textAt(pipeline, "PipelineType") ?? "V1") === "V2")
    return [
      costLine(
        world,
        pipeline,
        "pipeline-v2-minutes",
        runs * minutes,
        `${counted(runs, "run")} × ${minutes} min`,
      ),
    ];
  return [
    costLine(
      world,
      pipeline,
      "pipeline-v1",
      runs > 0 ? 1 : 0,
      `${counted(runs, "run")}; after its first 30 days`,
    ),
  ];
};

export const billCodeRepository: Bill = (repository, world) => {
  const [first] = ofType(world, "AWS::CodeCommit::Repository");
  const { codeCommitUsers: users } = world.usage;
  if (repository !== first) return "users are billed, not repositories; their cost is shown at the first one";
  return [costLine(world, repository, "codecommit-user", users, counted(users, "user"))];
};

export const billImageRepository: Bill = (repository, world) => {
  const { imageGb } = world.usage;
  return [costLine(world, repository, "ecr-storage", imageGb, `${imageGb} GB`)];
};

export const billBucket: Bill = (bucket, world) => {
  const { bucketGb, bucketWrites, bucketReads } = world.usage;
  return [
    costLine(world, bucket, "s3-storage", bucketGb, `${bucketGb} GB`),
    costLine(world, bucket, "s3-writes", bucketWrites, `${bucketWrites} requests`),
    costLine(world, bucket, "s3-reads", bucketReads, `${bucketReads} requests`),
  ];
};
