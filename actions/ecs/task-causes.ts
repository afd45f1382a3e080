import type { ServiceEvent } from "@aws-sdk/client-ecs";
import { type Cause, causeOfAgent } from "./agent-causes.ts";
import type { FailedTask } from "./failed-task.ts";
import { lastWords } from "./last-words.ts";
import type { Way } from "./network/network.ts";

export type { Cause };

interface TaskCause {
  /** Matched against the stop reason, the container's reason and its last log line, in this order. */
  readonly pattern: RegExp;
  /** May contain {container} and {reason}. */
  readonly text: string;
  readonly nextStep: string;
}

// ECS's reasons, from "Stopped tasks error messages" of the ECS developer guide. These say more than the agent's step.
const certainCauses: readonly TaskCause[] = [
  {
    pattern: /descriptor matching platform/i,
    text: "The image of container {container} is not available for this processor architecture: {reason}",
    nextStep: "build it for the platform in runtimePlatform (default: linux/amd64).",
  },
  {
    pattern: /can.t find the specified secret value|did not contain json key|marked for deletion/i,
    text: "A secret of the task definition has no value: {reason}",
    nextStep:
      "set a value (aws secretsmanager put-secret-value) or restore the secret, or use a version or a JSON key that has one.",
  },
  {
    pattern:
      /invalid character .* looking for|GetSecretValueInput\.|(invalid|unexpected) ARN format|ValidationException: Invalid name/i,
    text: "A secret of the task definition is not named as ECS expects: {reason}",
    nextStep:
      "correct its valueFrom: the secret's ARN, or ARN:JSON-KEY:VERSION-STAGE:VERSION-ID, where unused parts are empty; a JSON key needs a secret whose value is JSON.",
  },
  {
    pattern: /CannotPull.*(toomanyrequests|429 Too Many)/is,
    text: "The image of container {container} cannot be pulled so often from its registry: {reason}",
    nextStep:
      "set repositoryCredentials, or copy the image to Amazon ECR (a pull-through cache rule does it at the first pull).",
  },
  {
    pattern: /CannotPull.*no space left on device/is,
    text: "The image of container {container} does not fit on the disk: {reason}",
    nextStep: "make the image smaller, or raise ephemeralStorage in the task definition.",
  },
  {
    pattern: /EFS utils/i,
    text: "The task's file system cannot be mounted: {reason}",
    nextStep:
      "allow port 2049 from the task's security group to the file system's; check the volume's directory, and the task role if the volume uses IAM.",
  },
  {
    pattern: /limit on the number of vCPUs|configuration is above your limit/i,
    text: "The account's quota of Fargate vCPUs is used up: {reason}",
    nextStep:
      "stop other tasks, or raise the quota in Service Quotas (AWS Fargate, On-Demand vCPU resource count): during a deployment, old and new tasks run together.",
  },
];

const taskCauses: readonly TaskCause[] = [
  {
    pattern: /unable to assume the role|AssumeRole/i,
    text: "ECS may not assume a role of the task definition: {reason}",
    nextStep:
      "allow ecs-tasks.amazonaws.com to assume the task and execution role, and allow iam:PassRole on them.",
  },
  {
    pattern: /OutOfMemory/i,
    text: "Container {container} ran out of memory",
    nextStep: "raise the memory in the task definition, or find what uses it.",
  },
  {
    pattern: /exec format error/i,
    text: "The image of container {container} is for another processor architecture (exec format error)",
    nextStep: "build it for the platform in runtimePlatform (default: linux/amd64).",
  },
  {
    pattern: /CannotStartContainerError|executable file not found|no such file or directory: unknown/i,
    text: "Container {container} cannot be started: {reason}",
    nextStep: "check entry point, command and working directory of the image and the task definition.",
  },
  {
    pattern: /failed container health checks/i,
    text: "Container {container} failed its own health check",
    nextStep:
      "run the health check's command inside the container; raise startPeriod if the container starts slowly.",
  },
  {
    pattern:
      /RESOURCE:\w|Capacity is unavailable|insufficient (capacity|memory|cpu)|enough (CPU|memory)|InsufficientFreeAddresses/i,
    text: "No capacity is left for the task: {reason}",
    nextStep: "run the job again later, or use other subnets, another size or another capacity provider.",
  },
];

/** Returns why a task stopped; undefined for unknown reasons, such as a health check of the load balancer. */
export function causeOfTask(task: FailedTask): Cause | undefined {
  const line = lastWords(task.logLines);
  // A program's own line may be about its own denied call, or its own capacity.
  const ofRuntime = /exec format error|executable file not found/i.test(line) ? line : "";
  for (const reason of [task.containerReason ?? "", task.stoppedReason, ofRuntime]) {
    const cause = causeOfReason(task.container, reason);
    if (cause) return cause;
  }
  return task.stopCode === "EssentialContainerExited" ? causeOfExit(task, line) : undefined;
}

/** Explains a reason of ECS, from a stopped task or from an event of the service. */
export function causeOfReason(container: string, text: string): Cause | undefined {
  const reason = text.trim().replace(/\.$/, "");
  const find = (causes: readonly TaskCause[]) => {
    const known = causes.find(({ pattern }) => pattern.test(reason));
    const text = known?.text.replace("{container}", container).replace("{reason}", () => reason);
    return known && { text: text ?? "", nextStep: known.nextStep };
  };
  return find(certainCauses) ?? causeOfAgent(container, reason) ?? find(taskCauses);
}

/** A closed security group drops packets. In the words of Node, Go, Java, Python and the drivers of databases. */
export const timedOut =
  /ETIMEDOUT|\bi\/o timeout|connect(?:ion)?\b.{0,80}\btimed? ?out|can.t connect to mysql server.{0,200}\b(?:110|timed out)/i;

/** Replaces general advice by the ways that the network closes to such a connection. */
export function withWays(cause: Cause, ways: readonly Way[]): Cause {
  const closed = ways.filter(({ kind, answer }) => kind === cause.way && answer === "closed");
  if (closed.length === 0) return cause;
  const text = closed.map((way) => way.text).join("; ");
  return {
    text: `${text.charAt(0).toUpperCase()}${text.slice(1)} (${cause.text})`,
    nextStep: closed.map(({ fix }) => fix).join("; "),
  };
}

/** Returns what to do about a connection error in a container's last lines. */
export function nextStepOfConnection(line: string): string | undefined {
  if (/ENOTFOUND|EAI_AGAIN|getaddrinfo|name or service not known|unknown (mysql server )?host/i.test(line)) {
    const host = /(?:ENOTFOUND|EAI_AGAIN|host) '?([\w-]+(?:\.[\w-]+)+)'?/i.exec(line)?.[1];
    return `the DNS of the task's VPC cannot resolve ${host ?? "the host that the container connects to"}: correct the host in the container's environment or secret, and check that the VPC has DNS support.`;
  }
  if (/ECONNREFUSED|EHOSTUNREACH/.test(line) || timedOut.test(line))
    return "check the address that the container connects to, and the security groups in between.";
  return undefined;
}

/** 128 + signal, as shells and container runtimes report it. */
const signals: Readonly<Record<number, string>> = {
  134: "SIGABRT",
  137: "SIGKILL",
  139: "SIGSEGV",
  143: "SIGTERM",
};

function causeOfExit({ container, exitCode = -1, others = [] }: FailedTask, line: string): Cause {
  const code = exitCode < 0 ? "unknown" : exitCode;
  const signal = signals[exitCode] ? ` (${signals[exitCode]})` : "";
  const said = line ? `: ${line}` : ", without a line in its log";
  const also = others.map((each) => `; container ${each.container} exited with code ${each.exitCode}`);
  const unsure = also.length > 0 ? `${also.join("")}, and AWS does not show which was first` : "";
  const text = `Container ${container} exited with code ${code}${signal}${said}${unsure}`;
  if (/OutOfMemoryError|heap out of memory/.test(line))
    return {
      text,
      nextStep:
        "raise the limit of its heap (Java: -XX:MaxRAMPercentage, Node: --max-old-space-size) within the memory of the task definition, or find what uses it.",
    };
  if (exitCode === 137 || exitCode === 143)
    return {
      text,
      nextStep: `find what ended it: a program in the container, such as a process manager, sent the signal, or ECS did when the task was over${exitCode === 137 ? ". AWS reports no lack of memory" : ""}.`,
    };
  if (exitCode === 0)
    return {
      text,
      nextStep: "a service must keep running: check that the entry point stays in the foreground.",
    };
  const connection = nextStepOfConnection(line);
  if (connection) return { text, nextStep: connection, ...(timedOut.test(line) && { way: "database" }) };
  if (/EADDRINUSE/.test(line))
    return { text, nextStep: "two containers of the task use the same port; give each its own." };
  return {
    text,
    nextStep: "read its log in the job summary, and start this image with the same environment.",
  };
}

/** Returns the events for a reader: oldest first, each with its time (UTC), without the service's own name. */
export function eventLines(events: readonly ServiceEvent[]): string[] {
  const timeOf = ({ createdAt }: ServiceEvent) => createdAt?.getTime() ?? 0;
  // ECS lists the newest first, also among events of one second.
  const oldestFirst = events.toReversed().sort((one, other) => timeOf(one) - timeOf(other));
  return oldestFirst.map(({ createdAt, message = "" }) => {
    const time = createdAt ? `${createdAt.toISOString().slice(11, 19)}  ` : "";
    return `${time}${shortMessage(message)}`;
  });
}

/** Shortens `(service web, taskSet ecs-svc/8036…) deregistered 1 targets in (target-group arn:…:targetgroup/web-two/57…)`. */
function shortMessage(message: string): string {
  return message
    .replace(/^\(service [^,()]+(?:, (?:taskSet|deployment) [^()]+)?\) /, "")
    .replace(/arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:(?:targetgroup|loadbalancer\/\w+)\/([\w-]+)\/\w+/g, "$1")
    .replace(/arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:(?:[\w-]+\/)+/g, "")
    .replace(/\b([0-9a-f]{8})[0-9a-f]{24}\b/g, "$1");
}
