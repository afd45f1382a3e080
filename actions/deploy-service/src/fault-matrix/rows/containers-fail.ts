import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  testEnvironment,
  testInputs,
  toRepository,
} from "../../../../build-image/src/build-image.support.ts";
import { buildImage } from "../../../../build-image/src/build-image.ts";
import { eachEngine } from "../back-ends.ts";
import type { Row } from "../row.ts";
import type { Scene } from "../scene.ts";

const rolledBack = { status: "rolled-back", production: "old" } as const;

/** The beginning of a program for 64-bit ARM, which no other processor starts (elf(5): e_type 2, e_machine 183). */
const foreignProgram = Buffer.alloc(64);
foreignProgram.set([0x7f, ...Buffer.from("ELF"), 2, 1, 1]);
foreignProgram.writeUInt16LE(2, 16);
foreignProgram.writeUInt16LE(183, 18);

/** An image that says it is for this processor, with a program that is not. */
async function pushForeignProgram({ stage }: Scene): Promise<void> {
  const context = join(stage.folder, "foreign");
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "shop"), foreignProgram, { mode: 0o755 });
  const destination = toRepository("web");
  const inputs = testInputs(context, { destination, tags: ["foreign"], oci: { entrypoint: ["/app/shop"] } });
  await buildImage(inputs, testEnvironment(stage.simulator));
}

/** What only a container's own kernel limits and health check bring about. */
export const rowsOfContainers: readonly Row[] = [
  {
    fault: "out of memory",
    when: "beyond the task's limit",
    backEnds: eachEngine,
    runtimes: ["docker"],
    fate: "hungry",
    expect: {
      ...rolledBack,
      cause: /^Container web ran out of memory /,
      nextStep: /^raise the memory in the task definition/,
    },
  },
  {
    fault: "crash at start",
    when: "as its root cannot be written",
    backEnds: eachEngine,
    runtimes: ["docker"],
    fate: "writing",
    draft: ({ containerDefinitions: [web] }) => {
      web.readonlyRootFilesystem = true;
    },
    expect: {
      ...rolledBack,
      cause: /^Container web exited with code 1: Error: EROFS: read-only file system/,
      nextStep: /./,
    },
  },
  {
    fault: "wrong architecture",
    when: "of a program whose image says otherwise",
    backEnds: eachEngine,
    runtimes: ["docker"],
    arrange: async (scene) => {
      await pushForeignProgram(scene);
      return {};
    },
    draft: ({ containerDefinitions: [web] }, scene) => {
      web.image = scene.image.replace(/@.*/, ":foreign");
      web.linuxParameters = {};
    },
    expect: {
      ...rolledBack,
      cause: /^The image of container web is for another processor architecture \(exec format error\) /,
      nextStep: /^build it for the platform/,
    },
  },
  {
    fault: "health check fails",
    when: "the container's own",
    // At the simulator's pace CodeDeploy's hour is over before such a container is given up.
    backEnds: ["ECS rolling", "ECS blue/green"],
    draft: ({ containerDefinitions: [web] }) => {
      web.healthCheck = { command: ["CMD", "node", "--eval", "process.exit(1)"], retries: 1, timeout: 60 };
    },
    settings: { graceSeconds: 0 },
    expect: {
      ...rolledBack,
      cause: /^Container web failed its own health check /,
      nextStep: /^run the health check's command inside the container/,
    },
    // The load balancer has its own opinion of the new task.
    except: { "ECS rolling": { shown: "new" } },
  },
];
