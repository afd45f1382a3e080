import type { Row } from "./row.ts";
import { rowsOfAws } from "./rows/aws-fails.ts";
import { rowsOfContainers } from "./rows/containers-fail.ts";
import { rowsOfDeployments } from "./rows/deployment-fails.ts";
import { rowsOfEnds } from "./rows/ended-from-outside.ts";
import { rowsOfCapacity } from "./rows/no-capacity.ts";
import { rowsOfOrder } from "./rows/order.ts";
import { rowsOfServices } from "./rows/service-not-as-needed.ts";
import { rowsOfTasks } from "./rows/tasks-fail.ts";
import { rowsOfPreparations } from "./rows/tasks-never-start.ts";

/** Those in which it matters what runs the tasks. */
export const rowsAboutTasks: readonly Row[] = [
  ...rowsOfPreparations,
  ...rowsOfTasks,
  ...rowsOfContainers,
  ...rowsOfCapacity,
];

export const rows: readonly Row[] = [
  ...rowsAboutTasks,
  ...rowsOfDeployments,
  ...rowsOfAws,
  ...rowsOfEnds,
  ...rowsOfOrder,
  ...rowsOfServices,
];
