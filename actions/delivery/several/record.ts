import { StepRecord } from "../../core/define-action.ts";
import { DeploymentRecord, isGreen, type Status } from "../record.ts";

/** One service of the list: its deployment, and its way back after another one's failure. */
export interface ServiceResult {
  readonly record: DeploymentRecord;
  rollback: DeploymentRecord | undefined;
}

/** Facts of one revision on its way to several services. */
export class SeveralRecord extends StepRecord<Status> {
  readonly results: readonly ServiceResult[];
  /** What is wrong with several services, or with one; found before anything changes. */
  findings: DeploymentRecord["findings"] = [];
  /** Names of the rules and schedules that start the deployed revision now. */
  schedules: string[] = [];
  notes: string[] = [];
  changed = false;
  /** Begins a sentence about all of them. */
  readonly service = "Each service";

  constructor(cluster: string, services: readonly string[]) {
    super();
    this.results = services.map((service) => ({
      record: new DeploymentRecord(cluster, service),
      rollback: undefined,
    }));
  }
}

/** Returns whether the service was left as it was because the step ended before its turn. */
export function isNotStarted({ record }: ServiceResult): boolean {
  return record.status === undefined;
}

/** Returns whether the service runs what the step deployed to it. */
export function isDeployed({ record, rollback }: ServiceResult): boolean {
  return isGreen(record) && rollback === undefined;
}
