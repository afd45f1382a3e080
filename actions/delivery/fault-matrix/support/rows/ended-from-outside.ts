import { backEnds, gradual } from "../back-ends.ts";
import { type Row, rolledBack } from "../row.ts";
import type { Scene } from "../scene.ts";

/**
 * Tasks that are still starting when the signal or the deadline comes; an hour of grace keeps health checks from ending
 * it.
 */
const underWay = { fate: "slow", settings: { graceSeconds: 3_600 } };

/** The process that reacts, the step or its post step, has to do so before the deployment ends. */
const staysInProgress = { waitMinutes: 60 };

const meant = /^nothing, if this was intended/;

/** Rows whose step is a process that gets a signal. */
export const rowsOfSignals: readonly Row[] = [
  {
    fault: "cancelled by SIGINT",
    signal: "SIGINT",
    ...underWay,
    expect: {
      status: "cancelled",
      production: "old",
      cause: /^Cancelled by SIGINT; .*deployment \S+ is being stopped and rolled back/,
      nextStep: meant,
    },
  },
  {
    fault: "cancelled by SIGTERM",
    when: "with on-cancel: leave",
    signal: "SIGTERM",
    settings: staysInProgress,
    inputs: { onCancel: "leave" },
    expect: {
      status: "cancelled",
      production: "new",
      cause: /^Cancelled by SIGTERM; .*deployment \S+ continues \(on-cancel: leave\)$/,
      nextStep: meant,
    },
  },
  {
    fault: "cancelled by SIGKILL",
    when: "so that the post step decides",
    signal: "SIGKILL",
    ...underWay,
    expect: {
      status: undefined,
      production: "old",
      logged:
        /::warning title=.*::The step ended before its deployment did\. .* is being stopped and rolled back/,
    },
  },
  {
    fault: "cancelled by SIGKILL",
    when: "with on-cancel: leave",
    signal: "SIGKILL",
    settings: staysInProgress,
    inputs: { onCancel: "leave" },
    expect: {
      status: undefined,
      production: "new",
      logged:
        /::warning title=.*::The step ended before its deployment did\. .* continues \(on-cancel: leave\)/,
    },
  },
];

async function stopIt({ aws, where }: Scene): Promise<void> {
  const { serviceDeployments = [] } = await aws.ecs.listServiceDeployments(where);
  const serviceDeploymentArn = serviceDeployments[0]?.serviceDeploymentArn;
  await aws.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ROLLBACK" });
}

/** Rows whose deployment is ended from outside. */
export const rowsOfEnds: readonly Row[] = [
  {
    fault: "cancelled by SIGTERM",
    when: "while visitors reach both revisions",
    backEnds: gradual,
    meanwhile: { line: /traffic: .*new [1-9]/, act: async () => process.emit("SIGTERM", "SIGTERM") },
    expect: {
      status: "cancelled",
      production: "old",
      shown: "new",
      cause: /^Cancelled by SIGTERM; .*deployment \S+ is being stopped and rolled back/,
      nextStep: meant,
    },
  },
  {
    fault: "deadline passed",
    backEnds,
    ...underWay,
    inputs: { deadlineMs: 60_000 },
    expect: {
      status: "timed-out",
      production: "old",
      cause: /^Not done after 1 min: .* \(.*deployment \S+ .*; production still runs web:\d+\)$/,
      nextStep: /./,
    },
  },
  {
    fault: "deadline passed",
    when: "as ECS may neither start nor stop a task",
    backEnds: ["ECS rolling"],
    settings: { ecs: { minimumHealthyPercent: 100, maximumPercent: 150 } },
    inputs: { deadlineMs: 15 * 60_000 },
    expect: {
      status: "timed-out",
      production: "old",
      cause:
        /^Not done after 15 min: (?!.*user request).*Update the minimumHealthyPercent or maximumPercent value/,
      nextStep: /^set the service's maximumPercent above 100/,
    },
  },
  {
    fault: "somebody else stops the deployment",
    backEnds: ["ECS rolling", "ECS blue/green"],
    ...underWay,
    meanwhile: { line: /tasks: new/, act: stopIt },
    expect: rolledBack(
      /^Somebody else stopped the deployment: .* user/,
      /^find out who did, in CloudTrail's StopServiceDeployment events/,
    ),
  },
  {
    fault: "nobody continues a deployment",
    when: "at a pause",
    backEnds: ["ECS blue/green"],
    settings: {
      ecs: {
        lifecycleHooks: [
          {
            targetType: "PAUSE",
            lifecycleStages: ["POST_SCALE_UP"],
            timeoutConfiguration: { timeoutInMinutes: 5 },
          },
        ],
      },
    },
    expect: rolledBack(
      /^Nobody continued the deployment at its pause, so it was rolled back when the time was over; POST_SCALE_UP/,
      /continue-service-deployment/,
    ),
  },
];
