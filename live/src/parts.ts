/** Content of the page by key, such as `service/production/customer`. Values are plain JSON; times are milliseconds. */
export type Parts = ReadonlyMap<string, unknown>;

export interface Revision {
  /** `customer:3` */
  readonly name: string;
  readonly image: string | undefined;
  /** `sha256:…`, as the running tasks report it or as the image's name pins it. */
  readonly digest: string | undefined;
}

export interface TaskPart {
  readonly id: string;
  readonly revision: string;
  readonly digest: string | undefined;
  readonly status: string;
  /** State of its target, or of its container health check; undefined if neither is known. */
  readonly health: string | undefined;
  readonly startedAt: number | undefined;
}

export interface StoppedTask {
  readonly id: string;
  readonly revision: string;
  readonly stoppedAt: number;
  readonly reason: string;
}

export interface TrafficPart {
  /** Beginning of the newest minute. */
  readonly at: number;
  readonly requestsPerSecond: number;
  readonly p50Seconds: number | undefined;
  readonly p99Seconds: number | undefined;
  /** Responses with status 5xx in this minute. */
  readonly failures: number;
  /** Requests per second of the last minutes, oldest first; 0 where nothing was counted. */
  readonly history: readonly number[];
  readonly failureHistory: readonly number[];
}

export type Role = "blue" | "green" | "only";

/** One target group of a service, and the tasks behind it. */
export interface SidePart {
  readonly role: Role;
  readonly targetGroup: string;
  readonly revision: Revision | undefined;
  /** Percent of the production listener's traffic; undefined if no listener forwards to either side. */
  readonly production: number | undefined;
  /** Whether the test listener forwards to it; undefined without a test listener. */
  readonly test: boolean | undefined;
  readonly tasks: readonly TaskPart[];
  readonly traffic: TrafficPart | undefined;
}

/** Key `service/<cluster>/<name>`. */
export interface ServicePart {
  readonly cluster: string;
  readonly name: string;
  /** ACTIVE, DRAINING, INACTIVE; GONE if it was asked for and does not exist. */
  readonly status: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly sides: readonly SidePart[];
  /** Tasks behind no target group. */
  readonly otherTasks: readonly TaskPart[];
  /** Newest first. */
  readonly stoppedTasks: readonly StoppedTask[];
  /** Newest first. */
  readonly events: readonly { readonly at: number; readonly message: string }[];
}

export interface LifecycleEventPart {
  readonly name: string;
  readonly status: string;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly message: string | undefined;
}

export interface AlarmPart {
  readonly name: string;
  readonly state: string;
  readonly reason: string | undefined;
}

export type Verdict = "succeeded" | "failed" | "stopped" | "rolled-back";

/** Key `deployment/<cluster>/<service>/<id>`. */
export interface DeploymentPart {
  readonly id: string;
  readonly engine: "CodeDeploy" | "ECS";
  readonly cluster: string;
  readonly service: string;
  readonly status: string;
  /** Undefined while it runs. */
  readonly verdict: Verdict | undefined;
  readonly cause: string | undefined;
  /** Next step that removes the cause. */
  readonly fix?: string | undefined;
  /** Page of the workflow run that created it: an address, or a path of this page. */
  readonly run?: string | undefined;
  /** Name of the traffic configuration or strategy. */
  readonly configuration: string | undefined;
  readonly from: Revision | undefined;
  readonly to: Revision | undefined;
  /** Deployment that this one rolls back, and the one that rolls this one back. */
  readonly rollbackOf: string | undefined;
  readonly rolledBackBy: string | undefined;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  readonly events: readonly LifecycleEventPart[];
  /** Percent of the production traffic. */
  readonly traffic: { readonly blue: number; readonly green: number } | undefined;
  /** The event that it waits for, and until when. */
  readonly wait: { readonly kind: WaitKind; readonly until: number } | undefined;
  readonly alarms: readonly AlarmPart[];
}

export type WaitKind = "next-shift" | "termination" | "reroute" | "bake";

/** Key `stack/<name>`. */
export interface StackPart {
  readonly name: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly resources: readonly {
    readonly id: string;
    readonly type: string;
    readonly status: string;
    readonly reason: string | undefined;
    readonly changedAt: number;
  }[];
}

/** A resource of the account, with the resources in it. */
export interface ResourceCard {
  readonly kind:
    | "vpc"
    | "subnets"
    | "load-balancer"
    | "listener"
    | "target-group"
    | "database"
    | "pipeline"
    | "stage";
  readonly title: string;
  readonly details: string;
  /** AWS's word for its state, where it has one. */
  readonly status?: string | undefined;
  /** Which route of a deployment group a listener is. */
  readonly route?: "production" | "test" | undefined;
  /** Percent of its listener's or rule's traffic, of a target group. */
  readonly share?: number;
  readonly cards: readonly ResourceCard[];
}

/** Key `architecture`. */
export type ArchitecturePart = readonly ResourceCard[];

/** Key `cost`: an estimate for the resources that exist, in US dollars. */
export type CostPart =
  | { readonly problem: string }
  | {
      readonly monthly: number;
      /** Stacks that cost something, most expensive first. */
      readonly stacks: readonly {
        readonly name: string;
        readonly monthly: number;
        readonly createdAt: number;
      }[];
      /** By AWS service, most expensive first. */
      readonly services: readonly { readonly name: string; readonly monthly: number }[];
      /** Resource types without a known price. */
      readonly leftOut: readonly string[];
      /** Region and ISO date of the prices. */
      readonly prices: { readonly region: string; readonly date: string };
    };

/** Key `problem/<source>`: an AWS service that could not be read. What it showed before stays on the page. */
export interface ProblemPart {
  readonly source: string;
  readonly kind: "throttled" | "unreachable" | "denied" | "failed";
  readonly message: string;
  readonly since: number;
}

/** Key `about`. */
export interface AboutPart {
  readonly region: string;
  /** Factor by which AWS's waits pass faster than real time. */
  readonly timeScale: number;
}
