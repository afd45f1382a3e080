import type { DeploymentConfiguration, DeploymentLifecycleHookStage } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { deployInputs } from "../deployment/virtual-run.support.ts";
import { checkPauseHooks, checkReadyOption } from "./terms.ts";

const inputs = deployInputs("taskdef.json", { cluster: "c", service: "web" });

const pauseAt = (...lifecycleStages: DeploymentLifecycleHookStage[]) => ({
  targetType: "PAUSE" as const,
  lifecycleStages,
});
const balanced = { advancedConfiguration: { testListenerRule: "rule" } };
const gate = pauseAt("POST_TEST_TRAFFIC_SHIFT");

test.each<[string, DeploymentConfiguration, object[], RegExp]>([
  [
    "one pause",
    { strategy: "BLUE_GREEN", lifecycleHooks: [gate] },
    [balanced],
    /after 1440 minutes, ECS rolls it back\.$/,
  ],
  [
    "a time-out that continues",
    {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [
        pauseAt("POST_SCALE_UP"),
        { ...gate, timeoutConfiguration: { timeoutInMinutes: 5, action: "CONTINUE" } },
      ],
    },
    [balanced],
    /after 5 minutes, ECS shifts the traffic\.; Service web also pauses at POST_SCALE_UP/,
  ],
  ["a rolling update", { lifecycleHooks: [gate] }, [balanced], /with the strategy ROLLING and no traffic/],
  ["no load balancer", { strategy: "BLUE_GREEN", lifecycleHooks: [gate] }, [], /no traffic to shift/],
  [
    "no test listener",
    { strategy: "BLUE_GREEN", lifecycleHooks: [gate] },
    [{ advancedConfiguration: {} }],
    /service web has no test listener/,
  ],
  [
    "a pause before each step",
    { strategy: "CANARY", lifecycleHooks: [pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT")] },
    [balanced],
    /also pauses before each later step of the shift/,
  ],
  [
    "a pause before the only step",
    { strategy: "BLUE_GREEN", lifecycleHooks: [pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT")] },
    [balanced],
    /^The deployment waits for mode: continue; [^;]*$/,
  ],
])("finds in a service that ECS deploys %s", (_, deploymentConfiguration, loadBalancers, expected) => {
  const findings = checkPauseHooks(inputs, { deploymentConfiguration, loadBalancers });
  expect(findings.map(({ text }) => text).join("; ")).toMatch(expected);
});

test.each([
  [
    { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: 5 } as const,
    /after 5 minutes, CodeDeploy stops it.*no test listener/,
  ],
  [
    { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 5 } as const,
    /reroutes at once \(CONTINUE_DEPLOYMENT\)/,
  ],
  [undefined, /reroutes at once \(CONTINUE_DEPLOYMENT\)/],
])("reads the deployment group's %j", (deploymentReadyOption, expected) => {
  const group = { blueGreenDeploymentConfiguration: { deploymentReadyOption } };
  const findings = checkReadyOption(group, inputs);
  expect(findings.map(({ text }) => text).join("; ")).toMatch(expected);
});
