import type { Environment } from "../environment.ts";

interface LabRole {
  readonly name: string;
  /** Services that act in it. */
  readonly services: readonly string[];
  /** Managed policies of AWS. */
  readonly policies: readonly string[];
}

/**
 * The lab's two roles, created in advance because users cannot create any there. The account decides their permissions;
 * here each trusts the services that the course gives it to.
 */
const roles: readonly LabRole[] = [
  {
    // Also starts the tasks: the course uses it as their execution role.
    name: "PipelineRole",
    services: ["codepipeline", "ecs-tasks", "events", "cloudformation", "codebuild"],
    policies: [
      "AWSCodePipeline_FullAccess",
      "AWSCodeCommitFullAccess",
      "AWSCodeDeployFullAccess",
      "AmazonEC2ContainerRegistryFullAccess",
      "AmazonECS_FullAccess",
      "AmazonS3FullAccess",
      "CloudWatchLogsFullAccess",
      "service-role/AmazonECSTaskExecutionRolePolicy",
    ],
  },
  { name: "DeployRole", services: ["codedeploy"], policies: ["AWSCodeDeployRoleForECS"] },
];

export async function prepareLabRoles({ aws: { iam } }: Environment): Promise<void> {
  for (const { name, services, policies } of roles) {
    const Service = services.map((service) => `${service}.amazonaws.com`);
    const trust = { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" };
    await iam.createRole({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    });
    for (const policy of policies)
      await iam.attachRolePolicy({ RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
  }
}
