import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { Clock } from "../../shared/clock.ts";

export interface World {
  readonly cloudformation: CloudFormationClient;
  readonly clock: Clock;
  readonly log: {
    info(message: string): void;
    warning(message: string): void;
  };
  readonly signal: AbortSignal;
}
