import type { ActionDeclaration } from "@aws-sdk/client-codepipeline";
import { expect, test } from "vitest";
import { computeBudget } from "./budget.ts";
import type { FollowContext } from "./context.ts";
import { useStage } from "./stage.support.ts";

const stage = await useStage("update-web");

function action(
  category: "Source" | "Approval" | "Deploy" | "Build",
  provider: string,
  changes: Partial<ActionDeclaration> = {},
): ActionDeclaration {
  const actionTypeId = { category, owner: "AWS" as const, provider, version: "1" };
  return { name: provider, actionTypeId, ...changes };
}

const deployTo = (DeploymentGroupName: string) =>
  action("Deploy", "CodeDeployToECS", { configuration: { ApplicationName: "outside", DeploymentGroupName } });

async function minutesOf(...actions: ActionDeclaration[]): Promise<number> {
  const write = () => {};
  const context: FollowContext = {
    clients: stage.clients,
    log: { info: write, notice: write, warning: write },
    signal: new AbortController().signal,
    clock: stage.simulator.clock.foreground,
    keepForPost: write,
  };
  const pipeline = { name: "p", roleArn: "arn", stages: [{ name: "All", actions }] };
  return (await computeBudget(context, pipeline)) / 60_000;
}

test("gives a deployment the waits of its group, other actions AWS's own limits", async () => {
  await stage.simulator.aws.codedeploy.updateDeploymentGroup({
    applicationName: "outside",
    currentDeploymentGroupName: "web",
    deploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
    },
  });
  const deploy = deployTo("web");
  expect(await minutesOf(deploy)).toBe(60 + 9 + 5 + 10);
  expect(await minutesOf(action("Source", "CodeCommit"), action("Source", "ECR"), deploy)).toBe(20 + 84);
  const approval = action("Approval", "Manual");
  expect(await minutesOf(approval)).toBe(7 * 24 * 60);
  const shorter = { ...approval, timeoutInMinutes: 30 };
  expect(await minutesOf(shorter, action("Build", "CodeBuild"))).toBe(90);
});

test("adds only the minimum of an hour for a group that may not be read, or is missing", async () => {
  expect(await minutesOf(deployTo("other"))).toBe(60);
  stage.simulator.faults.add({ kind: "deny", operation: "codedeploy:GetDeploymentGroup" });
  expect(await minutesOf(deployTo("web"))).toBe(60);
});
