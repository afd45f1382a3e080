import { readRules } from "../../shared/ecs/task-definition-source.ts";
import { type InputReader, readInputs } from "../../shared/inputs.ts";
import type { ReadingRules } from "../../shared/task-definition.ts";
import { type Stage, stages } from "./record.ts";

export interface DeployInputs {
  readonly cluster: string;
  readonly service: string;
  readonly source: RevisionSource;
  /** Undefined for a registered revision. */
  readonly rules?: ReadingRules;
  /** Plan: everything is verified and compared, nothing changed. */
  readonly mode: Mode;
  readonly appSpecFile: string | undefined;
  readonly codeDeployApplication: string;
  readonly codeDeployDeploymentGroup: string;
  /** In place of the deployment group's own: how this deployment's traffic moves. */
  readonly codeDeployDeploymentConfig?: string | undefined;
  /** Undefined: as many tasks as the service wants already. */
  readonly desiredCount: number | undefined;
  /** Deploy what runs already, and in the place of what a newer run brought. */
  readonly force: boolean;
  /** Names of CloudWatch alarms. */
  readonly rollbackOnAlarm: readonly string[];
  /**
   * Whether the deployment group's own alarms are not to stop the deployment: what a rollback undoes may have set them
   * off. ECS by itself does not watch an alarm that is in ALARM when a deployment begins.
   */
  readonly ignoreAlarms?: boolean;
  readonly waitUntil: Stage;
  /** Undefined: computed from the deployment's own waits. */
  readonly deadlineMs: number | undefined;
  readonly maxFailedTasks: number;
  readonly onCancel: OnCancel;
}

export type Mode = "plan" | "apply";

export const onCancels = ["leave", "stop", "rollback"] as const;
export type OnCancel = (typeof onCancels)[number];

/** A file to register, or a revision that is registered: family:revision or ARN. */
export type RevisionSource = { readonly file: string } | { readonly revision: string };

/** ECS API reference, UpdateService: a service has at most so many tasks by default quota. */
const mostTasks = 5_000;

export function readDeployInputs(getInput?: (name: string) => string): DeployInputs {
  return readInputs((read) => {
    return {
      ...readCommonInputs(read),
      source: readSource(read),
      rules: readRules(read),
      codeDeployDeploymentConfig: read.optional("codedeploy-deployment-config"),
      force: read.boolean("force", false),
      rollbackOnAlarm: read.lines("rollback-on-alarm"),
      waitUntil: read.choice("wait-until", stages, "complete"),
      onCancel: read.choice("on-cancel", onCancels, "rollback"),
    };
  }, getInput);
}

/** Those that every way of bringing a revision into production has. */
export function readCommonInputs(read: InputReader) {
  const cluster = read.required("cluster");
  const service = read.required("service");
  return {
    cluster,
    service,
    mode: read.choice<Mode>("mode", ["plan", "apply"], "apply"),
    appSpecFile: read.optionalFile("appspec"),
    codeDeployApplication: read.optional("codedeploy-application") ?? `AppECS-${cluster}-${service}`,
    codeDeployDeploymentGroup: read.optional("codedeploy-deployment-group") ?? `DgpECS-${cluster}-${service}`,
    desiredCount: readDesiredCount(read),
    deadlineMs: read.duration("deadline"),
    maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
  };
}

/** With a revision number: what the family's latest is may change between looking and deploying. */
export const registered = /^(arn:.+:task-definition\/)?[A-Za-z0-9_-]{1,255}:\d+$/;

function readSource(read: InputReader): RevisionSource {
  const file = read.optionalFile("task-definition");
  const revision = read.optional("revision");
  if (file && revision) read.problem("Inputs task-definition and revision exclude each other: give one");
  if (!file && !revision) read.problem("Input task-definition (a file) or revision is required");
  if (revision && !registered.test(revision))
    read.problem(`Input revision is "${revision}"; family:revision or a task definition ARN is expected`);
  return revision ? { revision } : { file: file ?? "" };
}

function readDesiredCount(read: InputReader): number | undefined {
  if (!read.optional("desired-count")) return undefined;
  return read.integer("desired-count", { min: 0, max: mostTasks, fallback: 0 });
}
