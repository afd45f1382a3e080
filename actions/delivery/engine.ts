import type { Service } from "@aws-sdk/client-ecs";
import type { Finding } from "../core/findings.ts";
import type { TaskDefinitionInput } from "../core/task-definition.ts";
import type { RunningService } from "../ecs/service.ts";
import type { LifecycleEvent, Stage } from "./record.ts";

/** How a deployment ended; only the first is green. */
export type Ended = "succeeded" | "failed" | "stopped" | "rolled-back" | "superseded";

/** State of a deployment at one moment, for all AWS services that carry one out. */
export interface Snapshot {
  /** The service's own term, such as `InProgress` or `ROLLBACK_IN_PROGRESS`. */
  readonly status: string;
  /** Is undefined while it is in progress. */
  readonly ended: Ended | undefined;
  /** The reached stage, by position: stages that are skipped between two polls count as passed. */
  readonly stage: Stage;
  /** The last stage that may be reached any moment; a configured wait may still come before it. */
  readonly near: Stage;
  readonly events: LifecycleEvent[];
  /** Percent of production traffic on the old and the new tasks; undefined before that is known. */
  readonly traffic: Traffic | undefined;
  /** One line on the progress, without events and traffic, such as `tasks: new 1 of 2, old 2`. */
  readonly progress: string | undefined;
  /** Milliseconds since the epoch before which a configured wait prevents progress. */
  readonly quietUntil: number | undefined;
  /** A stage that AWS always shows before later ones. */
  readonly gate?: Stage | undefined;
  readonly createdAt: Date | undefined;
  /** AWS's own reason for the end. */
  readonly reason: { readonly code: string; readonly message: string } | undefined;
  readonly triggeredAlarms: readonly string[];
  /**
   * The deployment that took over or rolled back, to follow the status in a sentence, such as `, rolled back by d-2`.
   */
  readonly aftermath: string;
  /** The `startedBy` of the new tasks; undefined before there are any. */
  readonly startedBy: string | undefined;
  /** Number of failed tasks, as far as AWS counts them. */
  readonly failedTasks: number | undefined;
}

export interface Traffic {
  readonly blue: number;
  readonly green: number;
}

/** A deployment that exists in AWS and can be followed and stopped. */
export interface RunningDeployment extends Handle {
  /** The name in messages, such as `deployment d-1`. */
  readonly name: string;
  /** The name of its AWS service in messages. */
  readonly by: "CodeDeploy" | "ECS";
  /** Traffic that the first poll may be too late to see; undefined when nothing ran before. */
  readonly initialTraffic: Traffic | undefined;
  /** How long the load balancer keeps deregistered tasks; undefined where that is not known. */
  readonly drainMs?: number | undefined;
  /** How long it may take to end after a stop request, in milliseconds. */
  readonly settleMs: number;
  poll(signal: AbortSignal | undefined): Promise<Snapshot>;
  /** Returns false when it had ended already. */
  stop(how: StopKind): Promise<boolean>;
  /** Lets a deployment shift its traffic; returns false when it does not wait for that. */
  proceed(): Promise<boolean>;
  /** Returns the target groups in which the new tasks are registered. */
  targetGroups(service: Service, snapshot: Snapshot): string[];
  /** Returns the Lambda function of a lifecycle event, where the event itself does not show it. */
  hookFunction?(event: string): Promise<string | undefined>;
}

export type StopKind = "stop" | "rollback";

/** Enough to stop the deployment from another process. */
export interface Handle {
  readonly controller: "CODE_DEPLOY" | "ECS";
  /** Deployment ID of CodeDeploy, ARN of the service deployment of ECS. */
  readonly id: string;
  /** Deployments of other services of the same step. */
  readonly others?: readonly Handle[];
}

/** A deployment of the service that somebody else began. */
export interface OtherDeployment {
  readonly name: string;
  poll(): Promise<{ readonly status: string; readonly ended: boolean; readonly description: string }>;
}

/** Result of trying to begin: AWS carries out one deployment of a service at a time. */
export type Begun =
  | { readonly running: RunningDeployment }
  /** Is undefined when the other one ended before it could be identified. */
  | { readonly busyWith: OtherDeployment | undefined };

/** Listeners of a load balancer, or rules of them, by ARN; no test listener is an empty text. */
export interface Listeners {
  readonly production: string;
  readonly test: string;
}

/** Settings of a deployment on which the settle time depends. */
export interface SettleTerms {
  /** How long AWS keeps the old tasks after the shift, in milliseconds. */
  readonly keptMs: number;
  /** Names of the alarms that are about the deployment. */
  readonly alarms: readonly string[];
}

/** Deploys a revision with the service's deployment controller; everything else is the same for all. */
export interface Engine {
  /** Finds everything that would make the deployment fail, without changing anything. */
  verify(taskDefinition: TaskDefinitionInput | undefined): Promise<Finding[]>;
  /** Returns the container that the load balancer sends requests to; undefined without a load balancer. */
  containerName(): string | undefined;
  /**
   * Lists what the deployment changes on the service except revision and count, one line each; called after
   * `verify`.
   */
  serviceChanges(): string[];
  /** Returns the milliseconds that a deployment may take until the wanted stage, from its real waits. */
  computeBudget(): Promise<number>;
  settleTerms(): SettleTerms;
  /** Returns those of each of the service's load balancers between which traffic shifts; called after `verify`. */
  listeners(): Listeners[];
  /** Begins to deploy, unless another deployment of the service is in progress. */
  begin(revision: string, service: RunningService): Promise<Begun>;
}
