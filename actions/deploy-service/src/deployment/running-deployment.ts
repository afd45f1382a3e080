import type { Service } from "@aws-sdk/client-ecs";
import type { LifecycleEvent, Stage } from "../record.ts";

/** How a deployment ended; only the first is green. */
export type Ended = "succeeded" | "failed" | "stopped" | "rolled-back" | "superseded";

/** What a deployment is at one moment, whichever AWS service carries it out. */
export interface Snapshot {
  /** In that service's own words, such as `InProgress` or `ROLLBACK_IN_PROGRESS`. */
  readonly status: string;
  /** Undefined while it goes on. */
  readonly ended: Ended | undefined;
  /** How far it got, by position: stages that are skipped between two looks are passed as well. */
  readonly stage: Stage;
  /** The last stage that may be reached any moment; a wait that AWS was told to make may still come before. */
  readonly near: Stage;
  readonly events: LifecycleEvent[];
  /** Percent of production traffic on the old and the new tasks; undefined before that is known. */
  readonly traffic: Traffic | undefined;
  /** One line on what is going on beside events and traffic, such as `tasks: new 1 of 2, old 2`. */
  readonly progress: string | undefined;
  /** Milliseconds since the epoch before which no progress is due, by a wait that AWS was told to make. */
  readonly quietUntil: number | undefined;
  /** Milliseconds until what is next, by the pace of what has been seen; undefined where nothing shows it. */
  readonly restMs?: number | undefined;
  /** Old tasks go, and nothing else is left to do: usually within so many milliseconds, else after the load balancer's delay. */
  readonly drainsWithinMs?: number | undefined;
  readonly createdAt: Date | undefined;
  /** What AWS says of how it ended. */
  readonly reason: { readonly code: string; readonly message: string } | undefined;
  readonly triggeredAlarms: readonly string[];
  /** Who took over or rolled back, to follow the status in a sentence, such as `, rolled back by d-2`. */
  readonly aftermath: string;
  /** What the new tasks are `startedBy`; undefined before there are any. */
  readonly startedBy: string | undefined;
  /** As far as AWS counts them itself. */
  readonly failedTasks: number | undefined;
}

export interface Traffic {
  readonly blue: number;
  readonly green: number;
}

/** A deployment that exists in AWS and can be followed and stopped. */
export interface RunningDeployment extends Handle {
  /** As messages name it, such as `deployment d-1`. */
  readonly name: string;
  /** As messages name who carries it out. */
  readonly by: "CodeDeploy" | "ECS";
  /** What the first look may come too late to see; undefined when nothing ran before. */
  readonly initialTraffic: Traffic | undefined;
  /** How long the load balancer keeps tasks that leave it; undefined where that is not known. */
  readonly drainMs?: number | undefined;
  /** How long it may take to end once it was asked to stop, in milliseconds. */
  readonly settleMs: number;
  look(signal: AbortSignal | undefined): Promise<Snapshot>;
  /** False when it had ended already. */
  stop(how: StopKind): Promise<boolean>;
  /** Target groups in which the new tasks are registered. */
  targetGroups(service: Service, snapshot: Snapshot): string[];
}

export type StopKind = "stop" | "rollback";

/** Enough to stop the deployment from another process. */
export interface Handle {
  readonly controller: "CODE_DEPLOY" | "ECS";
  /** Deployment id of CodeDeploy, ARN of the service deployment of ECS. */
  readonly id: string;
}

/** A deployment of the service that somebody else began. */
export interface OtherDeployment {
  readonly name: string;
  look(): Promise<{ readonly status: string; readonly ended: boolean; readonly description: string }>;
}

/** What came of trying to begin: AWS carries out one deployment of a service at a time. */
export type Begun =
  | { readonly running: RunningDeployment }
  /** Undefined when the other one ended before it could be named. */
  | { readonly busyWith: OtherDeployment | undefined };
