import type { ActionTypeId } from "@aws-sdk/client-codepipeline";

type Count = readonly [minimum: number, maximum: number];

/** An action type that the simulator has. */
export interface Provider {
  readonly category: "Source" | "Approval" | "Deploy";
  readonly provider: string;
  readonly required: readonly string[];
  /** Names, or patterns of names, of optional configuration. */
  readonly optional: readonly (string | RegExp)[];
  readonly inputs: Count;
  readonly outputs: Count;
}

/** Source: CodePipeline User Guide, Action structure reference and Valid input and output artifacts. */
export const providers: readonly Provider[] = [
  {
    category: "Source",
    provider: "CodeCommit",
    required: ["RepositoryName", "BranchName"],
    optional: ["PollForSourceChanges", "OutputArtifactFormat"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Source",
    provider: "ECR",
    required: ["RepositoryName"],
    optional: ["ImageTag"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Source",
    provider: "S3",
    required: ["S3Bucket", "S3ObjectKey"],
    optional: ["PollForSourceChanges", "AllowOverrideForS3ObjectKey"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Approval",
    provider: "Manual",
    required: [],
    // AWS also accepts a NotificationArn; the simulator has no SNS for notifications.
    optional: ["CustomData", "ExternalEntityLink"],
    inputs: [0, 0],
    outputs: [0, 0],
  },
  {
    category: "Deploy",
    provider: "CodeDeployToECS",
    required: [
      "ApplicationName",
      "DeploymentGroupName",
      "TaskDefinitionTemplateArtifact",
      "AppSpecTemplateArtifact",
    ],
    optional: [
      "TaskDefinitionTemplatePath",
      "AppSpecTemplatePath",
      /^Image[1-4]ArtifactName$/,
      /^Image[1-4]ContainerName$/,
    ],
    inputs: [1, 5],
    outputs: [0, 0],
  },
];

export function findProvider({
  category,
  owner,
  provider,
  version,
}: Partial<ActionTypeId>): Provider | undefined {
  if (owner !== "AWS" || version !== "1") return undefined;
  return providers.find((each) => each.category === category && each.provider === provider);
}
