import type { FailedTask } from "../../../shared/ecs/failed-task.ts";
import { lastTellingLine } from "../../../shared/ecs/log-tail.ts";
import { type Cause, causeOfTask } from "../../../shared/ecs/task-causes.ts";
import type { Evidence } from "./evidence.ts";

/** The sentence for the first annotation. The newest task tells most; then lifecycle, targets, service and CodeDeploy itself. */
export function causeOf(evidence: Evidence): Cause {
  const task = evidence.failedTasks.at(-1);
  return (task && (causeOfTask(task) ?? causeOfHealth(task, evidence))) ?? causeOfDeployment(evidence);
}

function causeOfHealth(task: FailedTask, { unhealthyTargets }: Evidence): Cause | undefined {
  if (!/health check/i.test(task.stoppedReason)) return undefined;
  const reason = unhealthyTargets[0] ?? task.stoppedReason;
  const line = lastTellingLine(task.logLines);
  return {
    text: `Container ${task.container} failed the load balancer's health checks: ${reason}${line ? `; its log ends with: ${line}` : ""}`,
    nextStep: "check the target group's path, port and expected codes against what the container answers.",
  };
}

// What CodeDeploy and ECS say in lifecycle diagnostics, events and errorInformation.
const deploymentCauses: readonly { pattern: RegExp; nextStep: string }[] = [
  {
    pattern: /Primary taskset target group must be behind listener/i,
    nextStep: "let the production listener (and its rules) forward to the target group of the running tasks.",
  },
  {
    pattern: /alarm/i,
    nextStep: "look at the named alarm's metric during the deployment; mend the service or the threshold.",
  },
  {
    pattern: /unable to (consistently )?(start|place)|was unable to/i,
    nextStep: "read the service's events in the job summary.",
  },
  {
    pattern: /hook|lambda/i,
    nextStep: "read the log of the hook's Lambda function.",
  },
  {
    pattern: /AccessDenied|not authorized|assume/i,
    nextStep: "give CodeDeploy's service role the policy AWSCodeDeployRoleForECS.",
  },
];

function causeOfDeployment(evidence: Evidence): Cause {
  const { failedEvent, unhealthyTargets, serviceEvents, error } = evidence;
  const unable = serviceEvents.find((message) => /unable to|failed/i.test(message));
  const text =
    (failedEvent?.diagnostics && `${failedEvent.name} failed: ${failedEvent.diagnostics}`) ??
    (unhealthyTargets[0] && `The new tasks are not healthy: ${unhealthyTargets[0]}`) ??
    unable ??
    (error?.message && `CodeDeploy ended the deployment (${error.code}): ${error.message}`) ??
    "CodeDeploy gives no reason";
  const known = deploymentCauses.find(({ pattern }) => pattern.test(text));
  return {
    text: text.replace(/\.$/, ""),
    nextStep: known?.nextStep ?? "open the deployment in the CodeDeploy console.",
  };
}
