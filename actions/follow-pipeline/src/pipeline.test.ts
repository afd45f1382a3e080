import type { ActionDeclaration, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { expect, test } from "vitest";
import type { Target } from "./inputs.ts";
import { wantedSources } from "./pipeline.ts";

function source(name: string, provider: string, configuration: Record<string, string>): ActionDeclaration {
  return { name, actionTypeId: { category: "Source", owner: "AWS", provider, version: "1" }, configuration };
}

const pipeline: PipelineDeclaration = {
  name: "update-web",
  roleArn: "arn:aws:iam::123456789012:role/pipeline",
  stages: [
    {
      name: "Source",
      actions: [
        source("Source", "CodeCommit", { RepositoryName: "deployment", BranchName: "dev" }),
        source("Image", "ECR", { RepositoryName: "web" }),
        source("Sidecar", "ECR", { RepositoryName: "proxy" }),
      ],
    },
  ],
};

test.each<[Target, object[]]>([
  [
    { commit: "c", image: undefined },
    [{ kind: "commit", revision: "c", actions: ["Source"], watched: ["branch dev of deployment"] }],
  ],
  [
    { commit: "c", image: { digest: "d", repository: "web" } },
    [
      { kind: "commit", revision: "c", actions: ["Source"], watched: ["branch dev of deployment"] },
      { kind: "image", revision: "d", actions: ["Image"] },
    ],
  ],
  [
    { commit: undefined, image: { digest: "d", repository: undefined } },
    [{ kind: "image", revision: "d", actions: ["Image", "Sidecar"] }],
  ],
])("takes %j from the sources that may bring it", (target, wanted) => {
  expect(wantedSources(pipeline, target)).toEqual(wanted);
});
