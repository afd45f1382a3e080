import type { RunningDeployment } from "../../delivery/engine.ts";

/** One deployment of the service in AWS's history. */
export interface PastDeployment {
  /** Deployment ID of CodeDeploy, ARN of the service deployment of ECS. */
  readonly id: string;
  /** The name in messages, such as `deployment d-1`. */
  readonly name: string;
  /** In AWS's own words. */
  readonly status: string;
  readonly state: "ongoing" | "succeeded" | "unsuccessful";
  /** ARN of the deployed task definition; undefined when AWS does not show it. */
  readonly revision: string | undefined;
  /** AWS restores the previous revision, automatically or after a stop request. */
  readonly isRollback: boolean;
}

export interface ServiceHistory {
  /** Lists the last deployments, newest first: as many as AWS returns in one response. */
  list(): Promise<PastDeployment[]>;
  /** Returns a running deployment, to stop and follow it. */
  resume(deployment: PastDeployment): RunningDeployment;
}
