import type { DeploymentGroupInfo, TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";
import { expect, test } from "vitest";
import { systemClock } from "../../core/pace.ts";
import type { DeliveryContext } from "../context.ts";
import { computeBudget, settleTermsOf } from "./budget.ts";

const minute = 60_000;
const terminating = {
  terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
} as const;
const canary: TrafficRoutingConfig = {
  type: "TimeBasedCanary",
  timeBasedCanary: { canaryPercentage: 10, canaryInterval: 15 },
};
const linear: TrafficRoutingConfig = {
  type: "TimeBasedLinear",
  timeBasedLinear: { linearPercentage: 10, linearInterval: 3 },
};

test.each<
  [
    string,
    DeploymentGroupInfo["blueGreenDeploymentConfiguration"],
    TrafficRoutingConfig | undefined,
    boolean,
    number,
  ]
>([
  ["nothing known", undefined, undefined, true, 60],
  [
    "waits without numbers",
    {
      deploymentReadyOption: { actionOnTimeout: "STOP_DEPLOYMENT" },
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE" },
    },
    undefined,
    true,
    60 + 10,
  ],
  ["termination, waited for", terminating, undefined, true, 60 + 5 + 10],
  ["termination, not waited for", terminating, undefined, false, 60],
  ["a canary", terminating, canary, false, 60 + 15],
  ["ten linear steps, nine intervals", terminating, linear, false, 60 + 27],
  [
    "a manual reroute",
    { deploymentReadyOption: { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: 30 } },
    undefined,
    false,
    90,
  ],
  [
    "an automatic reroute with any wait",
    { deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 30 } },
    undefined,
    false,
    60,
  ],
])(
  "computes the deadline with %s",
  async (_, blueGreenDeploymentConfiguration, trafficRoutingConfig, untilComplete, minutes) => {
    const send = async () => ({ deploymentConfigInfo: { trafficRoutingConfig } });
    const clients = { codedeploy: { send } };
    const context = { clients, clock: systemClock } as unknown as DeliveryContext;
    const waitUntil = untilComplete ? "complete" : "traffic-shifted";
    const group = { deploymentConfigName: "config", blueGreenDeploymentConfiguration };
    expect(settleTermsOf(group).keptMs).not.toBeNaN();
    expect(await computeBudget(context, { waitUntil }, group)).toBe(minutes * minute);
  },
);
