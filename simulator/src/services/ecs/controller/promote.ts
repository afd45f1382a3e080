import { isRevision, type RevisionTaskSet } from "../service-records.ts";
import type { Run } from "./run.ts";

/** Makes a revision the service's primary one again, even without running tasks. */
export function promote({ context, deployment }: Run, revision: RevisionTaskSet): void {
  const { service } = deployment;
  for (const other of service.taskSets.filter(isRevision))
    if (other.status === "PRIMARY") other.status = "ACTIVE";
  revision.status = "PRIMARY";
  revision.revision.halted = false;
  revision.revision.failedTasks = 0;
  if (!service.taskSets.includes(revision)) service.taskSets.push(revision);
  context.wake(service);
}
