import { type InputReader, readInputs } from "../../core/inputs.ts";
import {
  type DeployInputs,
  onCancels,
  readCommonInputs,
  readSchedules,
  readSettleFor,
  registered,
} from "../../delivery/inputs.ts";

/** Inputs of a deployment, except the source of the revision. */
export interface RollbackInputs extends Omit<DeployInputs, "source"> {
  readonly to: Target;
}

/**
 * `last-good`: the revision that production ran before its newest deployment. `active`: only ends the running
 * deployment. `previous-revision`: the family's active revision before production's, whether it ever ran or not.
 */
export type Target =
  | (typeof words)[number]
  /** family:revision or ARN. */
  | { readonly revision: string }
  /** Revision number in the family that production runs. */
  | { readonly number: number };

const words = ["last-good", "active", "previous-revision"] as const;

export function readRollbackInputs(getInput?: (name: string) => string): RollbackInputs {
  return readInputs((read) => {
    const deadlineMs = read.duration("deadline");
    return {
      ...readCommonInputs(read, read.required("service")),
      to: readTarget(read),
      mode: "apply",
      isRollback: true,
      // Without hooks, the tests of the release cannot block the rollback.
      appSpecFile: undefined,
      desiredCount: undefined,
      force: false,
      rollbackOnAlarm: [],
      waitUntil: "complete",
      deadlineMs,
      settleMs: readSettleFor(read, deadlineMs),
      schedules: readSchedules(read),
      onCancel: read.choice("on-cancel", onCancels, "leave"),
    };
  }, getInput);
}

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
