import { appSpec, blueGreen, createApplication, group, names, pairs } from "../group.support.ts";
import { listeners } from "./fixture.support.ts";

/** Input of CreateDeployment whose AppSpec names these hooks; a different end makes a different revision. */
export const requestWith = (hooks: object[], end = "") => ({
  ...names,
  revision: {
    revisionType: "AppSpecContent",
    appSpecContent: { content: JSON.stringify(appSpec({}, { Hooks: hooks })) + end },
  },
});
export const request = requestWith([]);

/** A deployment group of the fixture's service, with operations for one test. */
export async function createDelivery(options: { terminationMinutes?: number; group?: object } = {}) {
  const { fixture, clock, call } = await createApplication();
  await call("createDeploymentGroup", {
    ...group,
    ...pairs({ testTrafficRoute: { listenerArns: [listeners.test] } }),
    ...blueGreen({ terminationWaitTimeInMinutes: options.terminationMinutes ?? 0 }, {}),
    ...options.group,
  });
  const info = async (deploymentId: string) => (await call("getDeployment", { deploymentId })).deploymentInfo;
  const target = async (deploymentId: string) =>
    (await call("getDeploymentTarget", { deploymentId, targetId: "cluster:customer-microservice" }))
      .deploymentTarget.ecsTarget;
  const start = async (more: object = {}) =>
    (await call("createDeployment", { ...request, ...more })).deploymentId as string;
  const until = (deploymentId: string, status: string) =>
    clock.until(async () => (await info(deploymentId)).status === status);
  /** Resolves when traffic is shifted and the original task set waits for its end. */
  const untilKept = (deploymentId: string) =>
    clock.until(async () => (await info(deploymentId)).instanceTerminationWaitTimeStarted);
  return { fixture, clock, call, info, target, start, until, untilKept };
}

export const statuses = (events: { lifecycleEventName: string; status: string }[]) =>
  events.map(({ lifecycleEventName, status }) => `${lifecycleEventName} ${status}`);
