import {
  CodeDeployClient,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
} from "@aws-sdk/client-codedeploy";
import type { ActionDeclaration } from "@aws-sdk/client-codepipeline";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { named } from "../../delivery/deployment/virtual-run.support.ts";
import { computeBudget } from "./budget.ts";
import type { FollowContext } from "./context.ts";

const client = new CodeDeployClient();
const codedeploy = mockClient(client);
beforeEach(() => codedeploy.reset());

function action(
  category: "Source" | "Approval" | "Deploy" | "Build",
  provider: string,
  timeoutInMinutes?: number,
): ActionDeclaration {
  return {
    name: provider,
    actionTypeId: { category, owner: "AWS", provider, version: "1" },
    timeoutInMinutes,
  };
}

async function minutesOf(...actions: ActionDeclaration[]): Promise<number> {
  const warnings: string[] = [];
  const write = (line: string) => void warnings.push(line);
  const context = {
    clients: { codedeploy: client },
    log: { info: write, notice: write, warning: write },
    signal: new AbortController().signal,
    clock: { now: () => 0, wait: async () => {} },
  } as unknown as FollowContext;
  const pipeline = { name: "p", roleArn: "arn", stages: [{ name: "All", actions }] };
  return (await computeBudget(context, pipeline)) / 60_000;
}

test("gives a deployment the waits of its group, other actions AWS's own limits", async () => {
  codedeploy.on(GetDeploymentGroupCommand).resolves({
    deploymentGroupInfo: {
      deploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
      },
    },
  });
  codedeploy.on(GetDeploymentConfigCommand).resolves({
    deploymentConfigInfo: {
      trafficRoutingConfig: {
        type: "TimeBasedLinear",
        timeBasedLinear: { linearPercentage: 10, linearInterval: 1 },
      },
    },
  });
  const deploy = action("Deploy", "CodeDeployToECS");
  expect(await minutesOf(deploy)).toBe(60 + 9 + 5 + 10);
  expect(await minutesOf(action("Source", "CodeCommit"), action("Source", "ECR"), deploy)).toBe(20 + 84);
  expect(await minutesOf(action("Approval", "Manual"))).toBe(7 * 24 * 60);
  expect(await minutesOf(action("Approval", "Manual", 30), action("Build", "CodeBuild"))).toBe(90);
});

test("adds only the minimum of an hour for a group that may not be read, or is missing", async () => {
  for (const name of ["AccessDeniedException", "DeploymentGroupDoesNotExistException"]) {
    codedeploy.on(GetDeploymentGroupCommand).rejects(named(name));
    expect(await minutesOf(action("Deploy", "CodeDeployToECS"))).toBe(60);
  }
});
