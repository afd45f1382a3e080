import type { ServiceName } from "../../ecs/service.ts";
import type { Engine } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";

/** Time limit of a deployment, in milliseconds; `given` when the user set it for everything. */
export interface Budget {
  readonly ms: number;
  readonly given: boolean;
}

/** State needed to report how a deployment ended. */
export interface CheckedDeployment {
  readonly inputs: ServiceName & Pick<DeployInputs, "desiredCount">;
  readonly record: DeploymentRecord;
  readonly revision: string;
}

/** One revision on its way into production. */
export interface Deployment {
  readonly record: DeploymentRecord;
  readonly budget: Budget;
  readonly engine: Pick<Engine, "begin" | "settleTerms" | "listeners">;
  readonly revision: string;
}

/** Capitalizes a name that begins a sentence. */
export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
