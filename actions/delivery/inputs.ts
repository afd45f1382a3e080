import type { UpdateServiceCommandInput } from "@aws-sdk/client-ecs";
import type { InputReader } from "../core/inputs.ts";
import type { ReadingRules } from "../core/task-definition.ts";
import type { Stage } from "./record.ts";

export interface DeployInputs {
  readonly cluster: string;
  /** Empty: the revision is registered and nothing is deployed. */
  readonly service: string;
  readonly source: RevisionSource;
  /** Is undefined for a registered revision. */
  readonly rules?: ReadingRules;
  /** Plan: everything is verified and compared, nothing changed. Continue: a deployment that waits is approved. */
  readonly mode: "plan" | "apply" | "continue";
  readonly appSpecFile: string | undefined;
  readonly codeDeployApplication: string;
  readonly codeDeployDeploymentGroup: string;
  /** Replaces the deployment group's own configuration: how this deployment's traffic moves. */
  readonly codeDeployDeploymentConfig?: string | undefined;
  readonly codeDeployDescription?: string | undefined;
  readonly serviceSettings?: ServiceSettings;
  /** How many of the family's revisions stay registered; undefined keeps all. */
  readonly keptRevisions?: number | undefined;
  /** An undefined value keeps the service's current count. */
  readonly desiredCount: number | undefined;
  /** Rules and schedules that start the new revision after it is deployed: names, or `auto` alone. */
  readonly schedules?: readonly string[] | undefined;
  /** Deploy even if this revision already runs, or if a newer run has deployed since. */
  readonly force: boolean;
  /** Names of CloudWatch alarms. */
  readonly rollbackOnAlarm: readonly string[];
  /**
   * Whether to ignore the deployment group's own alarms: a fault that a rollback undoes may have triggered them. ECS
   * never watches an alarm that is in ALARM when a deployment begins.
   */
  readonly ignoreAlarms?: boolean;
  /** Networks that look closed do not stop it: one closed subnet of several is better than the fault that it undoes. */
  readonly isRollback?: boolean;
  readonly waitUntil: Stage;
  /** Undefined: computed from the deployment's own waits. */
  readonly deadlineMs: number | undefined;
  /** How long tasks may take to start, in addition to the configured waits; undefined: computed. */
  readonly waitMs?: number | undefined;
  readonly maxFailedTasks: number;
  /** How long the tasks have to stay up, in milliseconds; 0: not at all; undefined: by the deployment's own waits. */
  readonly settleMs?: number | undefined;
  readonly onCancel: OnCancel;
  /** Token to comment a plan on the pull request; undefined for no comment. */
  readonly commentToken?: string | undefined;
  /** Several services instead of `service`, which is empty then. */
  readonly services?: readonly string[] | undefined;
  /** The default AppSpec, which is not used for several services. */
  readonly unusedAppSpec?: string | undefined;
  /** Number of services that are deployed to at once. */
  readonly maxParallel?: number;
  readonly onFailure?: (typeof onFailures)[number];
}

/** After a failure of one of several services no other one starts, and with `rollback-all` green ones go back. */
export const onFailures = ["stop", "rollback-all"] as const;

/** Settings that a deployment can change on the service except its revision and count. */
export type ServiceSettings = Pick<
  UpdateServiceCommandInput,
  "propagateTags" | "enableECSManagedTags" | "volumeConfigurations"
>;

export const onCancels = ["leave", "stop", "rollback"] as const;
export type OnCancel = (typeof onCancels)[number];

/**
 * A file to register, or a registered revision: family:revision or ARN; empty to continue what this run has begun.
 */
export type RevisionSource = { readonly file: string } | { readonly revision: string };

/** Returns the names that the ECS console gives to what CodeDeploy deploys a service with. */
export const consoleNames = (cluster: string, service: string) => ({
  codeDeployApplication: `AppECS-${cluster}-${service}`,
  codeDeployDeploymentGroup: `DgpECS-${cluster}-${service}`,
});

/** Reads the inputs that deploying and rolling back have in common. */
export function readCommonInputs(read: InputReader, service: string) {
  const cluster = read.optional("cluster") ?? "default";
  const names = consoleNames(cluster, service);
  return {
    cluster,
    service,
    codeDeployApplication: read.optional("codedeploy-application") ?? names.codeDeployApplication,
    codeDeployDeploymentGroup:
      read.optional("codedeploy-deployment-group") ?? names.codeDeployDeploymentGroup,
    maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
  };
}

/** Reads settle-for, which is part of the deadline. */
export function readSettleFor(read: InputReader, deadlineMs?: number): number | undefined {
  const text = read.optional("settle-for");
  if (text === "0") return 0;
  const settleMs = read.duration("settle-for", ", or 0 for none");
  if (settleMs !== undefined && deadlineMs !== undefined && settleMs > deadlineMs)
    read.problem(`Input settle-for (${text}) is longer than the input deadline, which includes it`);
  return settleMs;
}

/** EventBridge and Scheduler API references, names of rules, schedules and groups. */
const scheduleName = /^([\w.-]{1,64}\/)?[\w.-]{1,64}$/;
const scheduleArn = /^arn:[\w-]+:(events|scheduler):[\w-]+:\d{12}:(rule|schedule)\/[\w./-]{1,129}$/;

export function readSchedules(read: InputReader): readonly string[] | undefined {
  const names = read.lines("schedules");
  for (const name of names)
    if (!scheduleName.test(name) && !scheduleArn.test(name))
      read.problem(
        `Input schedules has "${name}"; expected name, group/name or an ARN on each line, or auto`,
      );
  if (names.length > 1 && names.includes("auto"))
    read.problem("Input schedules is auto, or names: auto finds all schedules of the service's family");
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index)))
    read.problem(`Input schedules has "${name}" twice`);
  return names.length > 0 ? names : undefined;
}

/** Has a revision number: the family's latest may change between checking and deploying. */
export const registered = /^(arn:.+:task-definition\/)?[A-Za-z0-9_-]{1,255}:\d+$/;
