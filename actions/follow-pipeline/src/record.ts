import type { DeploymentRecord } from "../../deploy-service/src/record.ts";
import type { Finding } from "../../shared/findings.ts";
import { newStep, type StepRecord } from "../../shared/keep-record.ts";
import type { ActionRun, Revision } from "./snapshot.ts";

export type Status =
  | "succeeded"
  | "failed"
  | "rolled-back"
  | "stopped"
  | "superseded"
  | "awaiting-approval"
  | "not-started"
  | "timed-out"
  | "cancelled"
  | "lost";

/** What is known of the execution, filled in while it goes on, so that outputs and summary tell it whatever happens. */
export interface PipelineRecord extends StepRecord<Status> {
  readonly pipeline: string;
  executionId: string;
  /** Page of the execution in the AWS console. */
  executionUrl: string;
  /** Whether this step started it. */
  started: boolean;
  revisions: readonly Revision[];
  /** The latest try of each action, in the order in which they began. */
  actions: readonly ActionRun[];
  /** Of actions that deployed through CodeDeploy, in the order in which they began. */
  readonly deployments: DeploymentRecord[];
  readonly findings: Finding[];
  /** What a reader of the end has to know all the same. */
  readonly notes: string[];
}

export function newRecord(pipeline: string): PipelineRecord {
  return {
    ...newStep,
    pipeline,
    executionId: "",
    executionUrl: "",
    started: false,
    revisions: [],
    actions: [],
    deployments: [],
    findings: [],
    notes: [],
  };
}

/** Digest of the image that the execution took; of several, the first. */
export function imageDigestOf({ revisions }: Pick<PipelineRecord, "revisions">): string {
  return revisions.find(({ id }) => /^sha256:[0-9a-f]{64}$/.test(id))?.id ?? "";
}
