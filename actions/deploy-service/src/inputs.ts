import { existsSync } from "node:fs";
import { PropagateTags, type UpdateServiceCommandInput } from "@aws-sdk/client-ecs";
import { readManagedVolumes } from "../../shared/ecs/managed-volumes.ts";
import { readRules } from "../../shared/ecs/task-definition-source.ts";
import { type Aliases, type InputReader, readInputs } from "../../shared/inputs.ts";
import type { ReadingRules } from "../../shared/task-definition.ts";
import { type Stage, stages } from "./record.ts";

export interface DeployInputs {
  readonly cluster: string;
  /** Empty: the revision is registered and nothing is deployed. */
  readonly service: string;
  readonly source: RevisionSource;
  /** Undefined for a registered revision. */
  readonly rules?: ReadingRules;
  /** Plan: everything is verified and compared, nothing changed. */
  readonly mode: Mode;
  readonly appSpecFile: string | undefined;
  readonly codeDeployApplication: string;
  readonly codeDeployDeploymentGroup: string;
  /** Replaces the deployment group's own configuration: how this deployment's traffic moves. */
  readonly codeDeployDeploymentConfig?: string | undefined;
  readonly codeDeployDescription?: string | undefined;
  readonly serviceSettings?: ServiceSettings;
  /** How many of the family's revisions stay registered; undefined keeps all. */
  readonly keptRevisions?: number | undefined;
  /** Undefined keeps the service's current count. */
  readonly desiredCount: number | undefined;
  /** Deploy even if this revision already runs, or if a newer run has deployed since. */
  readonly force: boolean;
  /** Names of CloudWatch alarms. */
  readonly rollbackOnAlarm: readonly string[];
  /**
   * Whether to ignore the deployment group's own alarms: a fault that a rollback undoes may have triggered them. ECS
   * never watches an alarm that is in ALARM when a deployment begins.
   */
  readonly ignoreAlarms?: boolean;
  readonly waitUntil: Stage;
  /** Undefined: computed from the deployment's own waits. */
  readonly deadlineMs: number | undefined;
  /** How long tasks may take to start, in addition to the configured waits; undefined: computed. */
  readonly waitMs?: number | undefined;
  readonly maxFailedTasks: number;
  readonly onCancel: OnCancel;
}

/** Settings that a deployment can change on the service besides its revision and count. */
export type ServiceSettings = Pick<
  UpdateServiceCommandInput,
  "propagateTags" | "enableECSManagedTags" | "volumeConfigurations"
>;

export type Mode = "plan" | "apply";

export const onCancels = ["leave", "stop", "rollback"] as const;
export type OnCancel = (typeof onCancels)[number];

/** A file to register, or a registered revision: family:revision or ARN. */
export type RevisionSource = { readonly file: string } | { readonly revision: string };

/** ECS API reference, UpdateService: the default quota of tasks per service. */
const mostTasks = 5_000;

/** Input names of aws-actions/amazon-ecs-deploy-task-definition, and former ones of ours, each with today's. */
export const deployAliases: Aliases = {
  appspec: "codedeploy-appspec",
  "force-new-deployment": "force",
};

export function readDeployInputs(getInput?: (name: string) => string): DeployInputs {
  return readInputs(
    (read) => {
      refuseRunTask(read);
      const service = read.optional("service") ?? "";
      if (!service) refuseWithoutService(read);
      return {
        ...readCommonInputs(read, service),
        source: readSource(read),
        rules: readRules(read),
        codeDeployDeploymentConfig: read.optional("codedeploy-deployment-config"),
        force: read.boolean("force", false),
        rollbackOnAlarm: read.lines("rollback-on-alarm"),
        codeDeployDescription: read.optional("codedeploy-deployment-description"),
        serviceSettings: readServiceSettings(read),
        keptRevisions: readKeptRevisions(read),
        waitUntil: service ? readStage(read) : "registered",
        waitMs: readWaitMinutes(read),
        onCancel: read.choice("on-cancel", onCancels, "rollback"),
      };
    },
    getInput,
    deployAliases,
  );
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

function readKeptRevisions(read: InputReader): number | undefined {
  if (!read.optional("deregister-old-revisions")) return undefined;
  return read.integer("deregister-old-revisions", { min: 1, max: 1_000, fallback: 1 });
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

/** Reads the inputs that all deploying and rolling back actions have. */
export function readCommonInputs(read: InputReader, service: string) {
  const cluster = read.optional("cluster") ?? "default";
  return {
    cluster,
    service,
    mode: read.choice<Mode>("mode", ["plan", "apply"], "apply"),
    appSpecFile: read.optionalFile("codedeploy-appspec") ?? defaultAppSpec(),
    codeDeployApplication: read.optional("codedeploy-application") ?? `AppECS-${cluster}-${service}`,
    codeDeployDeploymentGroup: read.optional("codedeploy-deployment-group") ?? `DgpECS-${cluster}-${service}`,
    desiredCount: readDesiredCount(read),
    deadlineMs: read.duration("deadline"),
    maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
  };
}

/** Default path of the official action. */
function defaultAppSpec(): string | undefined {
  return existsSync("appspec.yaml") ? "appspec.yaml" : undefined;
}

/** With a revision number: the family's latest may change between checking and deploying. */
export const registered = /^(arn:.+:task-definition\/)?[A-Za-z0-9_-]{1,255}:\d+$/;

function readSource(read: InputReader): RevisionSource {
  const file = read.optionalFile("task-definition");
  const revision = read.optional("revision");
  if (file && revision) read.problem("Inputs task-definition and revision exclude each other: use only one");
  if (!file && !revision) read.problem("Input task-definition (a file) or revision is required");
  if (revision && !registered.test(revision))
    read.problem(`Input revision is "${revision}"; expected family:revision or a task definition ARN`);
  return revision ? { revision } : { file: file ?? "" };
}

function readDesiredCount(read: InputReader): number | undefined {
  if (!read.optional("desired-count")) return undefined;
  return read.integer("desired-count", { min: 0, max: mostTasks, fallback: 0 });
}
