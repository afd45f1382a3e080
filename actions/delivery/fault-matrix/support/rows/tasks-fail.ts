import { pushExecutable } from "../../../../core/push-image.support.ts";
import { type Row, rolledBack } from "../row.ts";
import type { Scene } from "../scene.ts";

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

/** The beginning of a program for 64-bit ARM, which no other processor starts (elf(5): e_type 2, e_machine 183). */
const foreignProgram = Buffer.alloc(64);
foreignProgram.set([0x7f, ...Buffer.from("ELF"), 2, 1, 1]);
foreignProgram.writeUInt16LE(2, 16);
foreignProgram.writeUInt16LE(183, 18);

/** Pushes an image that claims this processor, with a program for another. */
async function pushForeignProgram({ stage }: Scene): Promise<undefined> {
  await pushExecutable(stage.simulator, stage.folder, foreignProgram, "foreign");
}

/** Faults that only a container's own kernel limits cause. */
export const rowsOfContainers: readonly Row[] = [
  {
    fault: "out of memory",
    when: "beyond the task's limit",
    backEnds: ["ECS blue/green"],
    fate: "hungry",
    expect: rolledBack(/^Container web ran out of memory /, /^raise the memory in the task definition/),
  },
  {
    fault: "crash at start",
    when: "as its root cannot be written",
    backEnds: ["ECS blue/green"],
    fate: "writing",
    draft: ({ containerDefinitions: [web] }) => {
      web.readonlyRootFilesystem = true;
    },
    expect: rolledBack(/^Container web exited with code 1: Error: EROFS: read-only file system/),
  },
  {
    fault: "wrong architecture",
    when: "of a program whose image says otherwise",
    backEnds: ["ECS blue/green"],
    arrange: pushForeignProgram,
    draft: ({ containerDefinitions: [web] }, scene) => {
      web.image = scene.image.replace(/@.*/, ":foreign");
      web.linuxParameters = {};
    },
    expect: rolledBack(
      /^The image of container web is for another processor architecture \(exec format error\) /,
      /^build it for the platform/,
    ),
  },
];
