import { type Row, rolledBack } from "../row.ts";

const unhealthy = rolledBack(/container web failed the load balancer's health checks/i, /path, port/);
const failsItsCheck = rolledBack(
  /^Container web failed its own health check /,
  /^run the health check's command inside the container/,
);
const impatient = { graceSeconds: 0 };
/**
 * The simulator gives each such task real seconds to start, more on a busy machine: one task of one engine is enough,
 * and the action's own deadline must not pass first.
 */
const watchedOnce: Pick<Row, "backEnds" | "inputs"> = {
  backEnds: ["ECS blue/green"],
  inputs: { maxFailedTasks: 1, deadlineMs: 24 * 3_600_000 },
};

const portMismatch: Row = {
  fault: "port mismatch",
  when: "the process listens elsewhere",
  fate: "elsewhere",
  settings: impatient,
  expect: unhealthy,
};

const ownCheckFails: Row = {
  fault: "health check fails",
  when: "the container's own",
  fate: "sick",
  draft: ({ containerDefinitions: [web] }) => {
    web.healthCheck = { command: ["CMD", "node", "--eval", "process.exit(1)"], retries: 1, timeout: 60 };
  },
  settings: impatient,
  expect: failsItsCheck,
  // The load balancer checks the new task on its own.
  except: { "ECS rolling": { ...failsItsCheck, shown: "new" } },
};

/** Tasks whose processes end by themselves, and those that are watched in real time: one engine's suffice. */
export const rowsOfProcesses: readonly Row[] = [
  {
    fault: "crash at start",
    fate: "crash",
    expect: rolledBack(
      /^Container web exited with code 1: Error: cannot read the menu /,
      /start this image with the same environment/,
    ),
  },
  {
    fault: "out of memory",
    when: "as a process sees it: killed",
    fate: "killed",
    expect: rolledBack(
      /^Container web exited with code 137/,
      /it was killed, most often because of its memory/,
    ),
  },
  { ...portMismatch, ...watchedOnce },
  { ...ownCheckFails, ...watchedOnce },
];

/** Tasks whose processes start, but cannot serve. */
export const rowsOfTasks: readonly Row[] = [
  {
    fault: "health check fails",
    fate: "unhealthy",
    settings: impatient,
    expect: unhealthy,
  },
  {
    fault: "slow start beyond the grace period",
    fate: "slow",
    settings: { graceSeconds: 60 },
    expect: unhealthy,
  },
  portMismatch,
  ownCheckFails,
];
