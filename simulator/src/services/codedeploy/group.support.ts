import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import { appSpecOf } from "../../outside-clients/web.support.ts";
import { repeat } from "../refusals.support.ts";
import { createFixture, listeners, taskDefinition } from "./controller/fixture.support.ts";

/** A fixture with an application; closed after the test. */
export async function createApplication() {
  const created = await createFixture();
  onTestFinished(created.close);
  await created.call("createApplication", { applicationName: "microservices", computePlatform: "ECS" });
  return created;
}

export const codedeploy = async () => (await createApplication()).call;

/** An AppSpec of the fixture's revision, with more properties of the service or other parts. */
export const appSpec = (properties: object = {}, top: object = {}) => ({
  ...appSpecOf("customer", taskDefinition, properties),
  ...top,
});

export const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (error) => error.code as string,
  );

export const names = { applicationName: "microservices", deploymentGroupName: "microservices-customer" };
const pair = {
  prodTrafficRoute: { listenerArns: [listeners.production] },
  targetGroups: [{ name: "customer-tg-two" }, { name: "customer-tg-one" }],
};
export const blueGreen = (termination: object, ready: object) => ({
  blueGreenDeploymentConfiguration: {
    terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", ...termination },
    deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", ...ready },
  },
});
export const pairs = (change: object) => ({
  loadBalancerInfo: { targetGroupPairInfoList: [{ ...pair, ...change }] },
});
export const group = {
  ...names,
  serviceRoleArn: "arn:aws:iam::123456789012:role/DeployRole",
  deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
  ecsServices: [{ clusterName: "cluster", serviceName: "customer-microservice" }],
  ...pairs({}),
  ...blueGreen({ terminationWaitTimeInMinutes: 5 }, {}),
};

/** Reads rows of cases.yaml: a case, its outcome, and what is different in its input. */
export function readCases<Input extends object = Record<string, unknown>>(part: string) {
  const text = readFileSync(new URL("cases.yaml", import.meta.url), "utf8");
  const table: Record<string, Record<string, Input>> = parse(text, { customTags: [repeat, "merge"] })[part];
  return Object.entries(table).flatMap(([expected, cases]) =>
    Object.entries(cases).map(([name, input]) => [name, expected, input] as const),
  );
}
