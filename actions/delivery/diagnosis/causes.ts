import type { FailedTask } from "../../ecs/failed-task.ts";
import { lastWords } from "../../ecs/last-words.ts";
import {
  type Cause,
  causeOfReason,
  causeOfTask,
  nextStepOfConnection,
  timedOut,
  withWays,
} from "../../ecs/task-causes.ts";
import type { Evidence } from "./evidence.ts";

/**
 * Returns the sentence for the first annotation. An alarm, CodeDeploy's role, a person and a hook are certain causes.
 * Otherwise the newest task says most, then lifecycle, targets, service and AWS's own reason.
 */
export function causeOf(evidence: Evidence, state?: string): Cause {
  return withWays(causeIn(evidence, state), evidence.ways ?? []);
}

function causeIn(evidence: Evidence, state?: string): Cause {
  if (evidence.triggeredAlarms.length > 0) return causeOfAlarms(evidence);
  if (evidence.reason?.code.startsWith("IAM_ROLE_"))
    return causeOfDeployment({
      ...evidence,
      failedEvent: undefined,
      unhealthyTargets: [],
      serviceEvents: [],
    });
  const task = evidence.failedTasks.at(-1);
  const ofTask = task && (causeOfTask(task) ?? causeOfHealth(task, evidence));
  if (isUserStop(evidence)) return causeOfStop(evidence, ofTask);
  return causeOfHook(evidence) ?? ofTask ?? causeOfDeployment(evidence, state);
}

/**
 * Returns whether somebody stopped it. CodeDeploy has a code for that (API reference, ErrorInformation); ECS only words.
 */
export function isUserStop({ reason }: Pick<Evidence, "reason">): boolean {
  return (
    reason?.code === "MANUAL_STOP" || /\b(?:by|of) (?:a|the) (?:user|customer)\b/i.test(reason?.message ?? "")
  );
}

/** Neither CodeDeploy nor ECS shows who stopped a deployment; CloudTrail does. */
function causeOfStop({ by, reason }: Evidence, before: Cause | undefined): Cause {
  const call = by === "ECS" ? "StopServiceDeployment" : "StopDeployment";
  const words = trim(reason?.message ?? "");
  return {
    text: `Somebody else stopped the deployment${words && `: ${words}`}${before ? `. Before that: ${before.text}` : ""}`,
    nextStep: `find out who did, in CloudTrail's ${call} events${before ? `; before that, ${before.nextStep}` : ", and run the job again."}`,
  };
}

const whoRolledBack = "find out who did, in CloudTrail's ContinueServiceDeployment events.";

/** AWS ends a deployment whose hook has failed, whatever its tasks did. */
function causeOfHook({ failedEvent, hook, hookLog = [] }: Evidence): Cause | undefined {
  if (!failedEvent || (hook === undefined && hookLog.length === 0)) return undefined;
  const words = trim(failedEvent.diagnostics ?? "");
  const what = `${failedEvent.name} failed${words && `: ${words}`}`;
  if (hook?.hook === "" && hook.status === "TIMED_OUT")
    return {
      text: `Nobody continued the deployment at its pause, so it was rolled back when the time was over; ${what}`,
      nextStep:
        "call aws ecs continue-service-deployment while the hook waits, or raise its timeoutInMinutes in the service's lifecycleHooks.",
    };
  if (hook?.hook === "")
    return { text: `Somebody rolled the deployment back at its pause; ${what}`, nextStep: whoRolledBack };
  const line = lastWords(hookLog);
  return {
    text: line ? `${what}; the log of its function ends with: ${line}` : what,
    nextStep:
      "read the log of the hook's Lambda function, and correct what it checks or the function itself.",
  };
}

function causeOfHealth(task: FailedTask, evidence: Evidence): Cause | undefined {
  if (!/health check/i.test(task.stoppedReason)) return undefined;
  const { container, stoppedReason, logLines } = task;
  const words = wordsOfHealthCheck(evidence);
  const failed = `ontainer ${container} failed the load balancer's health checks`;
  const line = lastWords(logLines);
  const way = timedOut.test(line) ? "database" : wayOfHealth(words ?? stoppedReason);
  return {
    ...(way && { way }),
    text: `${words ? `${words}: c${failed}` : `C${failed}: ${stoppedReason}`}${line ? `; its log ends with: ${line}` : ""}`,
    nextStep: fixOfHealth(words ?? stoppedReason, line),
  };
}

/** The load balancer gets no response, or does not send a request at all. */
function wayOfHealth(words: string): Cause["way"] {
  return /Request timed out|Availability Zone that is not enabled/i.test(words) ? "in" : undefined;
}

/** A closed security group looks like a slow container: the load balancer only sees that no response came. */
function fixOfHealth(words: string, line = ""): string {
  const connection = nextStepOfConnection(line);
  if (/Availability Zone that is not enabled/i.test(words))
    return "add a subnet of this zone to the load balancer, or take the zone's subnets out of the service's network configuration.";
  if (/Request timed out/i.test(words))
    return `allow the target's port in the tasks' security group from the load balancer's, and in the load balancer's outgoing rules; then check that the container listens on 0.0.0.0 and responds within the health check's timeout.${connection ? ` Its log also shows: ${connection}` : ""}`;
  return (
    connection ?? "compare the target group's path, port and expected codes with the container's responses."
  );
}

/** Returns the health check's own words, from a target that is still registered or from an event of the service. */
function wordsOfHealthCheck({ unhealthyTargets, serviceEvents }: Evidence): string | undefined {
  if (unhealthyTargets[0]) return unhealthyTargets[0];
  for (const event of serviceEvents) {
    const found = /(?:\(port (\d+)\) )?is unhealthy in .*due to \(reason (.+?)\)\.?$/.exec(event);
    if (found) return `${found[2]}${found[1] ? ` (port ${found[1]})` : ""}`;
  }
  return undefined;
}

const lookAtAlarm =
  "check the alarm's metric during the deployment, then fix the service or correct the alarm's threshold.";

function causeOfAlarms({ triggeredAlarms, alarmTexts }: Evidence): Cause {
  const names = `Alarm${triggeredAlarms.length > 1 ? "s" : ""} ${triggeredAlarms.join(", ")}`;
  const figures = alarmTexts.length > 0 ? `: ${alarmTexts.join("; ")}` : "";
  return { text: `${names} went off during the deployment${figures}`, nextStep: lookAtAlarm };
}

function trim(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

// Messages of CodeDeploy and ECS in lifecycle diagnostics, events and errorInformation.
const deploymentCauses: readonly { pattern: RegExp; nextStep: string }[] = [
  {
    pattern: /Primary taskset target group must be behind listener/i,
    nextStep: "make the production listener and its rules forward to the target group of the running tasks.",
  },
  {
    pattern: /IAM_ROLE_MISSING/,
    nextStep:
      "create the role that the deployment group names (serviceRoleArn) or name another one, and allow codedeploy.amazonaws.com to assume it.",
  },
  {
    pattern: /IAM_ROLE_PERMISSIONS/,
    nextStep:
      "attach AWSCodeDeployRoleForECS to this role, and allow it iam:PassRole on the task and execution role of the task definition.",
  },
  {
    pattern: /alarm/i,
    nextStep: lookAtAlarm,
  },
  {
    pattern: /minimumHealthyPercent or maximumPercent/,
    nextStep:
      "set the service's maximumPercent above 100, or its minimumHealthyPercent so low that one task may stop (0 for a single one).",
  },
  {
    pattern: /\(TIMEOUT\)/,
    nextStep:
      "if the deployment group waits for somebody to reroute the traffic (deploymentReadyOption), run aws deploy continue-deployment in time, or raise waitTimeInMinutes.",
  },
  {
    pattern: /circuit breaker/i,
    nextStep: "read the service's events and the stopped tasks in the job summary.",
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
    nextStep:
      "attach AWSCodeDeployRoleForECS to CodeDeploy's service role, or AmazonECSInfrastructureRolePolicyForLoadBalancers to ECS's infrastructure role.",
  },
];

/** `state` describes a deployment without known faults at the time of its deadline. */
function causeOfDeployment(evidence: Evidence, state?: string): Cause {
  const { failedEvent, unhealthyTargets, serviceEvents, reason, by } = evidence;
  for (const event of serviceEvents) {
    const cause = /unable to/i.test(event) && causeOfReason("", event);
    if (cause) return cause;
  }
  const unable = serviceEvents.find((message) => /unable to|failed/i.test(message));
  const text =
    (failedEvent?.diagnostics && `${failedEvent.name} failed: ${failedEvent.diagnostics}`) ??
    (unhealthyTargets[0] && `${unhealthyTargets[0]}: the new tasks are not healthy`) ??
    unable ??
    (reason?.message && `${by} ended the deployment (${reason.code}): ${reason.message}`) ??
    state ??
    `${by} gives no reason`;
  const known = deploymentCauses.find(({ pattern }) => pattern.test(text));
  const way = wayOfHealth(text);
  return {
    ...(way && { way }),
    text: trim(text),
    nextStep:
      known?.nextStep ??
      (unhealthyTargets[0] && fixOfHealth(text)) ??
      `${text === state ? "raise the input deadline, or " : ""}open the deployment in the ${by} console.`,
  };
}
