import type { BackEnd } from "./back-ends.ts";
import type { FaultName } from "./row.ts";

/** What no row shows, as the simulator would have to pretend; and what stands for it elsewhere. */
export interface NotShown {
  readonly fault: FaultName;
  /** Where nothing else shows the fault; empty when rows show it, but for this side of it. */
  readonly backEnds: readonly BackEnd[];
  readonly what: string;
  readonly why: string;
}

export const notShown: readonly NotShown[] = [
  {
    fault: "image not pullable",
    backEnds: [],
    what: "a registry that refuses the execution role, a pull rate limit",
    why: "the simulated registry lets every role pull; rows have a registry without a way to it",
  },
  {
    fault: "secret missing",
    backEnds: [],
    what: "a secret that the execution role may not read",
    why: "roles are checked by their trust, not by their policies",
  },
  {
    fault: "no capacity",
    backEnds: [],
    what: "Fargate without capacity, RESOURCE:MEMORY and RESOURCE:CPU of container instances",
    why: "every task is placed, and there are no container instances; cases of diagnosis/causes.test.ts",
  },
  {
    fault: "hook fails",
    backEnds: ["ECS rolling"],
    what: "a lifecycle hook of a rolling update",
    why: "the simulator refuses them with the strategy ROLLING",
  },
  {
    fault: "hook times out",
    backEnds: ["ECS rolling"],
    what: "a lifecycle hook of a rolling update",
    why: "the simulator refuses them with the strategy ROLLING",
  },
  {
    fault: "alarm before the shift",
    backEnds: [],
    what: "an alarm that its metric sets off",
    why: "rows set its state, so that the moment is theirs; the simulator's own tests publish metrics under load",
  },
  {
    fault: "credentials expired in the middle",
    backEnds: [],
    what: "a real session that ends",
    why: "keys of the simulator do not expire; rows answer ExpiredTokenException from one moment on",
  },
];
