import { type DeploymentLifecycleHook, type DeploymentLifecycleHookStage, ECS } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { zip } from "../../lambda/zip.support.ts";
import { where } from "./fixture.support.ts";
import { blueGreen, useRehearsal } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { answers, bakes, deploy, ends, newest, noneFailed, serve } = rehearsal;

const roleArn = "arn:aws:iam::123456789012:role/hook";

/** Creates a function that logs its input and returns the result of `body`, a function's body. */
async function hookOf(
  body: string,
  lifecycleStages: DeploymentLifecycleHookStage[],
  settings: Partial<DeploymentLifecycleHook> = {},
): Promise<DeploymentLifecycleHook> {
  const source = `export const handler = async (event) => { console.log(JSON.stringify(event)); ${body} };`;
  const { FunctionArn } = await rehearsal.aws.lambda.createFunction({
    FunctionName: "hook",
    Role: roleArn,
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Timeout: 900,
    Code: { ZipFile: zip({ "index.mjs": source }) },
  });
  return { hookTargetArn: FunctionArn, roleArn, lifecycleStages, ...settings };
}

/** Returns the events that the function got, oldest first. */
async function events() {
  const { events = [] } = await rehearsal.aws.logs.filterLogEvents({
    logGroupName: "/aws/lambda/hook",
  });
  return events.flatMap(({ message = "" }) => {
    const json = message.match(/\{.*\}/)?.[0];
    return json ? [JSON.parse(json)] : [];
  });
}

describe("the function of a lifecycle hook", () => {
  it("gets the state of the deployment at its stages", async () => {
    const hook = await hookOf(`return { hookStatus: "SUCCEEDED" };`, [
      "PRE_SCALE_UP",
      "TEST_TRAFFIC_SHIFT",
      "PRODUCTION_TRAFFIC_SHIFT",
    ]);
    await serve({ ...blueGreen, lifecycleHooks: [hook] });
    await deploy("2");
    await ends("SUCCESSFUL");
    const { serviceDeploymentArn, serviceArn, ...deployment } = await newest();
    const target = deployment.targetServiceRevision?.arn ?? "";
    const source = deployment.sourceServiceRevisions?.[0]?.arn ?? "";
    const at = (lifecycleStage: string, testTrafficWeights = {}, productionTrafficWeights = {}) => ({
      executionId: expect.any(String),
      lifecycleStage,
      resourceArn: serviceDeploymentArn,
      executionDetails: {
        serviceArn,
        targetServiceRevisionArn: target,
        testTrafficWeights,
        productionTrafficWeights,
      },
    });
    expect(await events()).toEqual([
      at("PRE_SCALE_UP"),
      at("TEST_TRAFFIC_SHIFT", { [source]: 0, [target]: 100 }),
      at("PRODUCTION_TRAFFIC_SHIFT", {}, { [source]: 0, [target]: 100 }),
    ]);
    expect(deployment.lifecycleHookDetails).toMatchObject([
      { targetType: "AWS_LAMBDA", targetArn: hook.hookTargetArn, status: "SUCCEEDED" },
      { status: "SUCCEEDED" },
      { status: "SUCCEEDED" },
    ]);
    await noneFailed();
  });

  it("is called again as long as it is in progress, with the details it returned", async () => {
    const hook = await hookOf(
      `const n = event.hookDetails.n + 1;
       return n < 3
         ? { hookStatus: "IN_PROGRESS", callBackDelay: 1, hookDetails: { n } }
         : { hookStatus: "SUCCEEDED" };`,
      ["POST_SCALE_UP"],
    );
    // Over the wire: hookDetails may be any document.
    const ecs = new ECS(rehearsal.fixture.simulator.clientConfig);
    await serve(blueGreen);
    const lifecycleHooks = [{ ...hook, hookDetails: { n: 0 } }];
    await ecs.updateService({ ...where, deploymentConfiguration: { ...blueGreen, lifecycleHooks } });
    await deploy("2");
    await ends("SUCCESSFUL");
    expect((await events()).map(({ hookDetails }) => hookDetails)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    expect(new Set((await events()).map(({ executionId }) => executionId)).size).toBe(1);
  });

  it.each([
    ["fails", `return { hookStatus: "FAILED" };`, "returned FAILED status."],
    ["returns nothing", "", "due to: HookStatus must not be null."],
    ["throws", `throw new Error("no database");`, "due to: HookStatus must not be null."],
    ["returns an unknown status", "return { hookStatus: 'MAYBE' };", "not MAYBE."],
  ])("rolls the deployment back when it %s", async (_, body, reason) => {
    const hook = await hookOf(body, ["POST_TEST_TRAFFIC_SHIFT"]);
    await serve({ ...blueGreen, lifecycleHooks: [hook] });
    await deploy("2");
    await ends("ROLLBACK_SUCCESSFUL");
    const { statusReason, lifecycleHookDetails } = await newest();
    expect(statusReason).toMatch(
      /^Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook\(s\) failed\. /,
    );
    expect(statusReason).toContain(hook.hookTargetArn);
    expect(statusReason).toContain(reason);
    expect(lifecycleHookDetails).toMatchObject([{ status: "FAILED" }]);
    await noneFailed("1");
  });

  it("rolls the deployment back when it does not exist", async () => {
    const hookTargetArn = "arn:aws:lambda:us-east-1:123456789012:function:none";
    const hook: DeploymentLifecycleHook = { hookTargetArn, roleArn, lifecycleStages: ["PRE_SCALE_UP"] };
    await serve({ ...blueGreen, lifecycleHooks: [hook] });
    await deploy("2");
    await ends("ROLLBACK_SUCCESSFUL");
    expect((await newest()).statusReason).toContain(
      `ECS was unable to invoke hook target ${hookTargetArn} due to`,
    );
  });

  it.each([
    ["ROLLBACK", "ROLLBACK_SUCCESSFUL", "1"],
    ["CONTINUE", "SUCCESSFUL", "2"],
  ] as const)("that takes too long leads to %s", async (action, status, serving) => {
    const hook = await hookOf(`return { hookStatus: "IN_PROGRESS" };`, ["POST_SCALE_UP"], {
      timeoutConfiguration: { timeoutInMinutes: 1, action },
    });
    await serve({ ...blueGreen, lifecycleHooks: [hook] });
    await deploy("2");
    await ends(status);
    expect((await newest()).lifecycleHookDetails).toMatchObject([
      { status: "TIMED_OUT", timeoutAction: action },
    ]);
    expect(await answers(1)).toEqual([serving]);
  });

  it("is called for a rollback where traffic is shifted back", async () => {
    const hook = await hookOf(`return { hookStatus: "SUCCEEDED" };`, ["PRODUCTION_TRAFFIC_SHIFT"]);
    await serve({ ...blueGreen, bakeTimeInMinutes: 60, lifecycleHooks: [hook] });
    await deploy("2");
    await bakes();
    const { serviceDeploymentArn, targetServiceRevision } = await newest();
    await rehearsal.aws.ecs.stopServiceDeployment({ serviceDeploymentArn });
    await ends("ROLLBACK_SUCCESSFUL");
    const shares = (await events()).map(
      ({ executionDetails }) => executionDetails.productionTrafficWeights[targetServiceRevision?.arn ?? ""],
    );
    expect(shares).toEqual([100, 0]);
  });
});
