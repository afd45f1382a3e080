import {
  ApplicationAutoScalingClient,
  paginateDescribeScalingPolicies,
} from "@aws-sdk/client-application-auto-scaling";
import {
  BatchGetApplicationsCommand,
  BatchGetDeploymentGroupsCommand,
  BatchGetDeploymentsCommand,
  CodeDeployClient,
  type DeploymentGroupInfo,
  ListDeploymentsCommand,
  paginateListApplications,
  paginateListDeploymentGroups,
} from "@aws-sdk/client-codedeploy";
import {
  CodePipelineClient,
  GetPipelineCommand,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  paginateListPipelines,
} from "@aws-sdk/client-codepipeline";
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { once } from "../outcome.ts";
import { type AccountConfig, type Reads, unlessMissing } from "./reads.ts";

export function readCodeDeploy(config: AccountConfig, { ask, list, describe }: Reads) {
  const codedeploy = new CodeDeployClient(config);
  const groupsOf = async (applicationName: string): Promise<DeploymentGroupInfo[]> => {
    const names = await list(
      "codedeploy:ListDeploymentGroups",
      paginateListDeploymentGroups({ client: codedeploy }, { applicationName }),
      "deploymentGroups",
    );
    const found = await describe("codedeploy:BatchGetDeploymentGroups", names, 100, (deploymentGroupNames) =>
      codedeploy.send(new BatchGetDeploymentGroupsCommand({ applicationName, deploymentGroupNames })),
    );
    return found.flatMap(({ deploymentGroupsInfo = [] }) => deploymentGroupsInfo);
  };
  const applications = once(async () => {
    const names = await list(
      "codedeploy:ListApplications",
      paginateListApplications({ client: codedeploy }, {}),
      "applications",
    );
    const found = await describe("codedeploy:BatchGetApplications", names, 100, (applicationNames) =>
      codedeploy.send(new BatchGetApplicationsCommand({ applicationNames })),
    );
    return found.flatMap(({ applicationsInfo = [] }) => applicationsInfo);
  });
  /** The newest, newest first. */
  const deployments = once(async (applicationName: string, deploymentGroupName: string) => {
    const { deployments = [] } = await ask("codedeploy:ListDeployments", () =>
      codedeploy.send(new ListDeploymentsCommand({ applicationName, deploymentGroupName })),
    );
    if (deployments.length === 0) return [];
    const { deploymentsInfo = [] } = await ask("codedeploy:BatchGetDeployments", () =>
      codedeploy.send(new BatchGetDeploymentsCommand({ deploymentIds: deployments.slice(0, 25) })),
    );
    const startedAt = ({ createTime }: { createTime?: Date }) => createTime?.getTime() ?? 0;
    return deploymentsInfo.toSorted((one, other) => startedAt(other) - startedAt(one));
  });
  return {
    applications,
    /** Groups of all applications that deploy to ECS. */
    deploymentGroups: once(async () => {
      const ofEcs = (await applications()).filter(({ computePlatform }) => computePlatform === "ECS");
      return (await Promise.all(ofEcs.map(({ applicationName = "" }) => groupsOf(applicationName)))).flat();
    }),
    deployments,
    lastDeployment: async (applicationName: string, deploymentGroupName: string) =>
      (await deployments(applicationName, deploymentGroupName))[0],
  };
}

export function readPipelines(config: AccountConfig, { ask, list }: Reads) {
  const codepipeline = new CodePipelineClient(config);
  const events = new EventBridgeClient(config);
  const autoscaling = new ApplicationAutoScalingClient(config);
  return {
    scalingPolicies: once(() =>
      list(
        "application-autoscaling:DescribeScalingPolicies",
        paginateDescribeScalingPolicies({ client: autoscaling }, { ServiceNamespace: "ecs" }),
        "ScalingPolicies",
      ),
    ),
    pipelineNames: once(async () => {
      const pages = paginateListPipelines({ client: codepipeline }, {});
      return (await list("codepipeline:ListPipelines", pages, "pipelines")).map(({ name = "" }) => name);
    }),
    pipeline: once(async (name: string) =>
      ask("codepipeline:GetPipeline", () => codepipeline.send(new GetPipelineCommand({ name }))),
    ),
    pipelineStages: once(async (name: string) => {
      const read = ask("codepipeline:GetPipelineState", () =>
        codepipeline.send(new GetPipelineStateCommand({ name })),
      );
      return (await read).stageStates ?? [];
    }),
    /** Newest first. */
    pipelineRuns: once(async (pipelineName: string) => {
      const { pipelineExecutionSummaries = [] } = await ask("codepipeline:ListPipelineExecutions", () =>
        codepipeline.send(new ListPipelineExecutionsCommand({ pipelineName, maxResults: 20 })),
      );
      return pipelineExecutionSummaries;
    }),
    /** EventBridge rules with this target. */
    rulesWithTarget: once(async (TargetArn: string) => {
      const { RuleNames = [] } = await ask("events:ListRuleNamesByTarget", () =>
        events.send(new ListRuleNamesByTargetCommand({ TargetArn })),
      );
      return Promise.all(
        RuleNames.map((Name) =>
          ask("events:DescribeRule", () => events.send(new DescribeRuleCommand({ Name }))),
        ),
      );
    }),
    /** Targets of a rule; it can have five. */
    ruleTargets: once(async (Rule: string) => {
      const command = new ListTargetsByRuleCommand({ Rule });
      return (await ask("events:ListTargetsByRule", () => events.send(command))).Targets ?? [];
    }),
  };
}

export function readCodeCommit(config: AccountConfig, { ask, list }: Reads) {
  /** The shapes of CodeCommit are a tenth of the bundle, and most items do without them. */
  const load = once(async () => {
    const { CodeCommitClient, GetBranchCommand, GetFileCommand, GetFolderCommand, paginateListRepositories } =
      await import("@aws-sdk/client-codecommit");
    const client = new CodeCommitClient(config);
    return { client, GetBranchCommand, GetFileCommand, GetFolderCommand, paginateListRepositories };
  });
  const absent = [
    "RepositoryDoesNotExistException",
    "BranchDoesNotExistException",
    "FileDoesNotExistException",
  ];
  return {
    gitRepositories: once(async () => {
      const { client, paginateListRepositories } = await load();
      const pages = paginateListRepositories({ client }, {});
      const repositories = await list("codecommit:ListRepositories", pages, "repositories");
      return repositories.map(({ repositoryName = "" }) => repositoryName);
    }),
    /** The commit of a branch; undefined without it. */
    branch: once(async (repositoryName: string, branchName: string) => {
      const { client, GetBranchCommand } = await load();
      const command = new GetBranchCommand({ repositoryName, branchName });
      const read = ask("codecommit:GetBranch", () => client.send(command));
      return (await unlessMissing(read, absent))?.branch?.commitId;
    }),
    gitFolder: once(async (repositoryName: string, commitSpecifier: string, folderPath: string) => {
      const { client, GetFolderCommand } = await load();
      const command = new GetFolderCommand({ repositoryName, commitSpecifier, folderPath });
      return ask("codecommit:GetFolder", () => client.send(command));
    }),
    gitFile: once(async (repositoryName: string, commitSpecifier: string, filePath: string) => {
      const { client, GetFileCommand } = await load();
      const command = new GetFileCommand({ repositoryName, commitSpecifier, filePath });
      const found = await unlessMissing(
        ask("codecommit:GetFile", () => client.send(command)),
        absent,
      );
      return found?.fileContent && Buffer.from(found.fileContent).toString("utf8");
    }),
  };
}
