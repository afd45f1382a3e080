import type { Row } from "./row.ts";
import { rowsOfAws } from "./rows/aws-fails.ts";
import { rowsDuringTheShift, rowsOfDeployments, rowsOfHooks } from "./rows/deployment-fails.ts";
import { rowsOfEnds, rowsOfSignals } from "./rows/ended-from-outside.ts";
import { rowsOfCapacity } from "./rows/no-capacity.ts";
import { rowsOfOrder } from "./rows/order.ts";
import { rowsOfServices } from "./rows/service-not-as-needed.ts";
import { rowsOfContainers, rowsOfProcesses, rowsOfTasks } from "./rows/tasks-fail.ts";
import { rowsOfPreparations } from "./rows/tasks-never-start.ts";

// No row shows the following, as the simulator would have to pretend:
// - a registry that refuses the execution role, or limits pulls: it lets every role pull
// - a secret that the execution role may not read: roles are checked by their trust, not by their policies
// - Fargate without capacity, and RESOURCE:MEMORY of container instances: see diagnosis/causes.test.ts
// - a lifecycle hook of a rolling update: it is refused with the strategy ROLLING
// - an alarm that its metric sets off: rows set its state; tests of the simulator publish metrics under load
// - a session that ends: rows respond with ExpiredTokenException from one moment on

/** Faults by tasks that cannot serve, by AWS, by people and by the order of runs. */
export const rowsInVirtualTime: readonly Row[] = [
  ...rowsOfTasks,
  ...rowsOfPreparations,
  ...rowsOfCapacity,
  ...rowsOfDeployments,
  ...rowsOfAws,
  ...rowsOfEnds,
  ...rowsOfOrder,
  ...rowsOfServices,
];

/** Faults that need real processes: tasks, hooks and steps that get a signal. Traffic shifts under load. */
export const rowsWithProcesses: readonly Row[] = [
  ...rowsOfProcesses,
  ...rowsOfHooks,
  ...rowsDuringTheShift,
  ...rowsOfSignals,
];

/** Faults by a container's kernel limits, its read-only root and its processor. */
export const rowsInContainers: readonly Row[] = rowsOfContainers;
