import type { AccessKeys } from "./access-keys.ts";
import type { Clock } from "./clock.ts";
import type { Networks } from "./networks/networks.ts";
import type { Permissions } from "./permissions/permissions.ts";
import type { CertificateAuthority } from "./runtime/certificate-authority.ts";
import type { DatabaseServer, DatabaseServerOptions } from "./runtime/database/database-server.ts";
import type { FunctionOutcome, FunctionRunOptions } from "./runtime/functions/run-function.ts";
import type { GitRepositories } from "./runtime/git/git-repositories.ts";
import type { Network } from "./runtime/network.ts";
import type { Registry } from "./runtime/registry/registry.ts";
import type { TaskRuntime } from "./runtime/tasks/runtime.ts";
import type { Aws, Caller } from "./services/api.ts";
import type { AlarmActions } from "./services/cloudwatch/alarm-actions.ts";
import type { IdentityKeys } from "./services/sts/identity-token.ts";

export interface Quotas {
  /** "Fargate On-Demand vCPU resource count" (L-3032A538). */
  readonly fargateVcpu?: number;
}

/** Dependencies of every simulated service. */
export interface Environment {
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly network: Network;
  /** Keys with their secrets. */
  readonly accessKeys: AccessKeys;
  readonly identityKeys: IdentityKeys;
  readonly registry: Registry;
  /** The Git repositories of CodeCommit. */
  readonly git: GitRepositories;
  /** The runtime of the tasks' containers. */
  readonly taskRuntime: TaskRuntime;
  /** Calls a function of Lambda once. */
  readonly runFunction: (options: FunctionRunOptions) => Promise<FunctionOutcome>;
  /** Rejects with what to install when no server of a DB instance can be started. */
  readonly findDatabaseServer: () => Promise<unknown>;
  /** Starts the server of a DB instance. */
  readonly startDatabaseServer: (options: DatabaseServerOptions) => Promise<DatabaseServer>;
  /** SQL that the server of a DB instance runs at each start, by the instance's identifier. */
  readonly databaseStatements: Map<string, readonly string[]>;
  /** Signs the certificates of DB instances, as Amazon's does. */
  readonly databaseAuthority: CertificateAuthority;
  /** The other services. Call only from inside operations and controllers, never while being created. */
  readonly aws: Aws;
  /** Decides what callers and roles may do. */
  readonly permissions: Permissions;
  /** Decides who can reach whom. */
  readonly networks: Networks;
  /** Quotas of the account; without a number, the account is unlimited. */
  readonly quotas: Quotas;
  /** The other services with the rights of a caller, for a service that acts for it. */
  readonly awsFor: (caller: Caller) => Aws;
  /** Connects alarms to scaling policies. */
  readonly alarmActions: AlarmActions;
  /** Address of the gateway; known only once it listens, so read it inside operations. */
  readonly gateway: { readonly host: string; readonly port: number };
  /** A listener of a load balancer on port P is served on loopback port P + this. */
  readonly listenerPortOffset: number;
  /** Receives that loopback port when it begins and ends to be served. */
  readonly onListener: (port: number, isServed: boolean) => void;
  /** An existing folder for this simulator only; the simulator's owner removes it. */
  readonly dataDirectory: string;
  /** Shows a message to the operator; never used for output of an API. */
  readonly warn: (message: string) => void;
}
