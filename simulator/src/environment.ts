import type { AccessKeys } from "./access-keys.ts";
import type { AlarmActions } from "./aws/alarm-actions.ts";
import type { Aws } from "./aws/api.ts";
import type { PricedProduct } from "./aws/pricing/products.ts";
import type { Clock } from "./clock.ts";
import type { CertificateAuthority } from "./planes/certificate-authority.ts";
import type { DatabaseServer, DatabaseServerOptions } from "./planes/database-server.ts";
import type { FunctionOutcome, FunctionRunOptions } from "./planes/functions/run-function.ts";
import type { GitRepositories } from "./planes/git/git-repositories.ts";
import type { Network } from "./planes/network.ts";
import type { Registry } from "./planes/registry.ts";
import type { Advisory } from "./planes/scanner/advisories.ts";
import type { TaskRuntime } from "./planes/tasks/runtime.ts";

/** What every simulated service is made with. */
export interface Environment {
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly network: Network;
  /** Keys whose secrets are known. */
  readonly accessKeys: AccessKeys;
  readonly registry: Registry;
  /** What lies under the repositories of CodeCommit. */
  readonly git: GitRepositories;
  /** What the containers of tasks run in. */
  readonly taskRuntime: TaskRuntime;
  /** Calls a function of Lambda once. */
  readonly runFunction: (options: FunctionRunOptions) => Promise<FunctionOutcome>;
  /** Starts the server of a DB instance. */
  readonly startDatabaseServer: (options: DatabaseServerOptions) => Promise<DatabaseServer>;
  /** Signs the certificates of DB instances, as Amazon's does. */
  readonly databaseAuthority: CertificateAuthority;
  /** What image scans look for. */
  readonly advisories: readonly Advisory[];
  /** Whose prices the Price List API tells. */
  readonly products: readonly PricedProduct[];
  /** The other services. Call only from inside operations and controllers, never while being created. */
  readonly aws: Aws;
  /** From alarms to scaling policies. */
  readonly alarmActions: AlarmActions;
  /** Where the gateway answers; known only once it listens, so read it inside operations. */
  readonly gateway: { readonly host: string; readonly port: number };
  /** A listener of a load balancer on port P is served on loopback port P + this. */
  readonly listenerPortOffset: number;
  /** An existing folder of this simulator's own; whoever owns the simulator removes it. */
  readonly dataDirectory: string;
  /** Something an operator should see; never used for what an API reports. */
  readonly warn: (message: string) => void;
}
