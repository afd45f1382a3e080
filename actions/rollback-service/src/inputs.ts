import type { DeployInputs } from "../../deploy-service/src/inputs.ts";
import { type InputReader, readInputs } from "../../shared/inputs.ts";

/** Those of a deployment, but for where the revision comes from. */
export interface RollbackInputs extends Omit<DeployInputs, "source"> {
  readonly to: Target;
}

/**
 * `last-good`: what production ran before its newest deployment. `active`: nothing but the end of the deployment that
 * goes on. `previous-revision`: the family's active revision before production's, whether it ever ran or not.
 */
export type Target =
  | (typeof words)[number]
  /** family:revision or ARN. */
  | { readonly revision: string }
  /** Of the family that production runs. */
  | { readonly number: number };

const words = ["last-good", "active", "previous-revision"] as const;

/** ECS API reference, UpdateService: a service has at most so many tasks by default quota. */
const mostTasks = 5_000;

export function readRollbackInputs(getInput?: (name: string) => string): RollbackInputs {
  return readInputs((read) => {
    const cluster = read.required("cluster");
    const service = read.required("service");
    const counted = read.optional("desired-count") !== undefined;
    const count = read.integer("desired-count", { min: 0, max: mostTasks, fallback: 0 });
    return {
      cluster,
      service,
      to: readTarget(read),
      mode: read.choice("mode", ["plan", "apply"], "apply"),
      appSpecFile: read.optionalFile("appspec"),
      codeDeployApplication: read.optional("codedeploy-application") ?? `AppECS-${cluster}-${service}`,
      codeDeployDeploymentGroup:
        read.optional("codedeploy-deployment-group") ?? `DgpECS-${cluster}-${service}`,
      desiredCount: counted ? count : undefined,
      force: false,
      rollbackOnAlarm: [],
      ignoreAlarms: false,
      waitUntil: read.choice("wait-until", ["started", "traffic-shifted", "complete"], "complete"),
      deadlineMs: read.duration("deadline"),
      maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
      onCancel: read.choice("on-cancel", ["leave", "stop", "rollback"], "leave"),
    };
  }, getInput);
}

const registered = /^(arn:.+:task-definition\/)?[A-Za-z0-9_-]{1,255}:\d+$/;

function readTarget(read: InputReader): Target {
  const to = read.optional("to") ?? "last-good";
  const word = words.find((each) => each === to);
  if (word) return word;
  if (/^\d+$/.test(to)) return { number: Number(to) };
  if (!registered.test(to))
    read.problem(
      `Input to is "${to}"; allowed: ${words.join(", ")}, a revision's number, family:revision or a task definition ARN`,
    );
  return { revision: to };
}
