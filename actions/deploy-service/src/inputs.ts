import { existsSync } from "node:fs";
import { PropagateTags } from "@aws-sdk/client-ecs";
import { lastSegment } from "../../core/arn.ts";
import { readCommentToken } from "../../core/comment-plan.ts";
import { type Aliases, type InputReader, readInputs } from "../../core/inputs.ts";
import {
  type DeployInputs,
  onCancels,
  onFailures,
  type RevisionSource,
  readCommonInputs,
  readSchedules,
  readSettleFor,
  registered,
  type ServiceSettings,
} from "../../delivery/inputs.ts";
import { hasReached, type Stage, stages } from "../../delivery/record.ts";
import { readManagedVolumes, readRules } from "../../ecs/task-definition-file.ts";

/**
 * Input names of aws-actions/amazon-ecs-deploy-task-definition, each with ours.
 * @internal
 */
export const deployAliases: Aliases = { "force-new-deployment": "force" };

/** ECS API reference, UpdateService: the default quota of tasks per service. */
const mostTasks = 5_000;

export function readDeployInputs(getInput?: (name: string) => string): DeployInputs {
  return readInputs(
    (read) => {
      refuseRunTask(read);
      const service = read.optional("service") ?? "";
      const several = readSeveral(read);
      if (!service && !several.services) refuseWithoutService(read);
      if (read.optional("mode") === "continue") refuseWithContinue(read, service, several.services);
      const waitUntil = service || several.services ? readStage(read) : "registered";
      const schedules = readSchedules(read);
      if ((service || several.services) && schedules && !hasReached(waitUntil, "traffic-shifted"))
        read.problem(
          `Input schedules needs wait-until: traffic-shifted or complete, not ${waitUntil}: schedules move after the deployment`,
        );
      const deadlineMs = read.duration("deadline");
      return {
        ...readCommonInputs(read, service),
        ...several,
        source: readSource(read),
        mode: read.choice("mode", ["plan", "apply", "continue"], "apply"),
        appSpecFile:
          read.optionalFile("codedeploy-appspec") ?? (several.services ? undefined : defaultAppSpec()),
        desiredCount: read.integer("desired-count", { min: 0, max: mostTasks, fallback: undefined }),
        deadlineMs,
        settleMs: readSettleFor(read, deadlineMs),
        rules: readRules(read),
        codeDeployDeploymentConfig: read.optional("codedeploy-deployment-config"),
        force: read.boolean("force", false),
        rollbackOnAlarm: read.lines("rollback-on-alarm"),
        codeDeployDescription: read.optional("codedeploy-deployment-description"),
        serviceSettings: readServiceSettings(read),
        keptRevisions: read.integer("deregister-old-revisions", { min: 1, max: 1_000, fallback: undefined }),
        schedules,
        waitUntil,
        waitMs: readWaitMinutes(read),
        onCancel: read.choice("on-cancel", onCancels, "rollback"),
        commentToken: readPlanComment(read),
      };
    },
    getInput,
    deployAliases,
  );
}

function readPlanComment(read: InputReader): string | undefined {
  const token = readCommentToken(read);
  if (token !== undefined && read.optional("mode") !== "plan")
    read.problem("Input comment-on-pull-request works with mode plan only");
  return token;
}

/** More at once than AWS accepts would only wait for each other. */
const mostParallel = 100;
/** As many services as five polls of AWS show. */
const usualParallel = 50;

/** Each of several services has its own: by the names of the ECS console, and from the service's settings. */
const ofOneService = [
  "service",
  "codedeploy-application",
  "codedeploy-deployment-group",
  "codedeploy-appspec",
];

/** Reads the list of services, and what is about lists only. */
function readSeveral(
  read: InputReader,
): Pick<DeployInputs, "services" | "unusedAppSpec" | "maxParallel" | "onFailure"> {
  const services = read.optional("services") === undefined ? undefined : read.names("services");
  if (!services) {
    for (const name of ["max-parallel", "on-failure"])
      if (read.optional(name)) read.problem(`Input ${name} needs the input services, which is empty`);
    return {};
  }
  if (read.optional("wait-until") === "ready")
    read.problem("Input wait-until: ready has the test-url of one service; use a step for each service");
  if (services.length === 0) read.problem("Input services is an empty list; write one service per line");
  for (const name of ofOneService.filter((each) => read.optional(each)))
    read.problem(
      `Inputs services and ${name} exclude each other: each of several services has its own, by its default name`,
    );
  const cluster = read.optional("cluster") ?? "default";
  for (const name of services) refuseName(read, name, cluster);
  for (const name of new Set(services.filter((each, index) => services.indexOf(each) !== index)))
    read.problem(`Input services has ${name} twice; remove one of them`);
  return {
    services,
    unusedAppSpec: defaultAppSpec(),
    maxParallel: read.integer("max-parallel", { min: 1, max: mostParallel, fallback: usualParallel }),
    onFailure: read.choice("on-failure", onFailures, "stop"),
  };
}

/** ECS API reference, CreateService: letters, numbers, underscores and hyphens. */
function refuseName(read: InputReader, name: string, cluster: string): void {
  if (/^[\w-]{1,255}$/.test(name)) return;
  const [, other = "", service = ""] = /^(?:arn:.*:service\/)?([^/:]+)\/([^/:]+)$/.exec(name) ?? [];
  if (other && other !== lastSegment(cluster))
    read.problem(
      `Input services has ${service} of the cluster ${other}, and the input cluster is ${cluster}; use a step for each cluster`,
    );
  else read.problem(`Input services has "${name}"; write the service's name only, one per line`);
}

/** Inputs that have a meaning only for a service. */
const serviceInputs = [
  "desired-count",
  "codedeploy-appspec",
  "codedeploy-application",
  "codedeploy-deployment-group",
  "codedeploy-deployment-config",
  "codedeploy-deployment-description",
  "propagate-tags",
  "service-managed-ebs-volume",
  "rollback-on-alarm",
  "schedules",
];

function refuseWithoutService(read: InputReader): void {
  const stage = read.optional("wait-until");
  if (stage && stage !== "registered")
    read.problem(
      `Input service is required with wait-until: ${stage}; without it, a revision is only registered`,
    );
  if (read.optional("revision"))
    read.problem("Input service is required with revision, which is registered already");
  for (const name of serviceInputs) if (read.optional(name)) read.problem(`Input ${name} needs service`);
}

/** Inputs that a deployment takes when it is created, as far as it can be continued later. */
const beginInputs = [
  "task-definition",
  "codedeploy-appspec",
  "codedeploy-deployment-config",
  "codedeploy-deployment-description",
  "desired-count",
  "force",
  "propagate-tags",
  "enable-ecs-managed-tags",
  "service-managed-ebs-volume",
  "rollback-on-alarm",
];

function refuseWithContinue(read: InputReader, service: string, services?: readonly string[]): void {
  const ofSeveral = services ? ", which continues one service: use a step for each of services" : "";
  if (!service) read.problem(`Input service is required with mode: continue${ofSeveral}`);
  for (const name of beginInputs)
    if (read.optional(name))
      read.problem(
        `Input ${name} has no effect with mode: continue: set it in the step with wait-until: ready, and here revision at most`,
      );
  const stage = read.optional("wait-until");
  if (stage && !["traffic-shifted", "complete"].includes(stage))
    read.problem(`Input wait-until is "${stage}"; with mode: continue it is traffic-shifted or complete`);
}

function readServiceSettings(read: InputReader): ServiceSettings {
  const propagateTags = read.optional("propagate-tags")
    ? read.choice("propagate-tags", Object.values(PropagateTags) as [PropagateTags, ...PropagateTags[]])
    : undefined;
  const enableECSManagedTags = read.optionalBoolean("enable-ecs-managed-tags");
  const volumes = readManagedVolumes(read, "service-managed-ebs-volume");
  return {
    ...(propagateTags && { propagateTags }),
    ...(enableECSManagedTags !== undefined && { enableECSManagedTags }),
    ...(volumes.length > 0 && { volumeConfigurations: volumes }),
  };
}

/** Default path of the official action. */
function defaultAppSpec(): string | undefined {
  return existsSync("appspec.yaml") ? "appspec.yaml" : undefined;
}

/** The official action's "wait for service stability" means waiting for the end; without it, it follows nothing. */
function readStage(read: InputReader): Stage {
  if (!read.optional("wait-for-service-stability")) return read.choice("wait-until", stages, "complete");
  if (read.optional("wait-until"))
    read.problem("Inputs wait-until and wait-for-service-stability are the same: use only wait-until");
  return read.boolean("wait-for-service-stability", true) ? "complete" : "started";
}

/** Six hours, the longest job of GitHub's own runners. */
const mostMinutes = 360;

function readWaitMinutes(read: InputReader): number | undefined {
  if (!read.optional("wait-for-minutes")) return undefined;
  if (read.optional("deadline"))
    read.problem("Inputs deadline and wait-for-minutes exclude each other: use only deadline");
  const minutes = read.integer("wait-for-minutes", { min: 1, max: Number.MAX_SAFE_INTEGER, fallback: 0 });
  return Math.min(minutes, mostMinutes) * 60_000;
}

/** The official action can run a task first; here the action run-task does that. */
function refuseRunTask(read: InputReader): void {
  if (read.boolean("run-task", false))
    read.problem(
      "Input run-task is not supported: use the action run-task in a step before this one; it also has the inputs run-task-…",
    );
}

function readSource(read: InputReader): RevisionSource {
  const file = read.optionalFile("task-definition");
  const revision = read.optional("revision");
  if (file && revision) read.problem("Inputs task-definition and revision exclude each other: use only one");
  if (!file && !revision && read.optional("mode") !== "continue")
    read.problem("Input task-definition (a file) or revision is required");
  if (revision && !registered.test(revision))
    read.problem(`Input revision is "${revision}"; expected family:revision or a task definition ARN`);
  if (read.optional("mode") === "continue") return { revision: revision ?? "" };
  return revision ? { revision } : { file: file ?? "" };
}
