import { StepRecord } from "../../core/define-action.ts";
import type { Finding } from "../../core/findings.ts";
import type { DeploymentRecord } from "../../delivery/record.ts";
import type { ActionRun, Revision } from "./snapshot.ts";

type Status =
  | "succeeded"
  | "failed"
  | "rolled-back"
  | "stopped"
  | "superseded"
  | "not-started"
  | "timed-out"
  | "cancelled"
  | "lost";

/**
 * Facts of the execution, collected while it is in progress, so that outputs and summary show them also after a failure.
 */
export class PipelineRecord extends StepRecord<Status> {
  readonly pipeline: string;
  executionId = "";
  /** The execution's page in the AWS console. */
  executionUrl = "";
  /** Whether this step started it. */
  started = false;
  revisions: readonly Revision[] = [];
  /** The latest try of each action, in the order in which they began. */
  actions: readonly ActionRun[] = [];
  /** Records of actions that deployed through CodeDeploy, in the order in which they began. */
  readonly deployments: DeploymentRecord[] = [];
  readonly findings: Finding[] = [];
  /** Notes that a reader of the result needs. */
  readonly notes: string[] = [];

  constructor(pipeline: string) {
    super();
    this.pipeline = pipeline;
  }
}

/** Returns the digest of the image that the execution took; of several, the first. */
export function imageDigestOf({ revisions }: Pick<PipelineRecord, "revisions">): string {
  return revisions.find(({ id }) => /^sha256:[0-9a-f]{64}$/.test(id))?.id ?? "";
}
