import { pushExecutable } from "../../../../core/push-image.support.ts";
import { type Row, rolledBack } from "../row.ts";
import type { Scene } from "../scene.ts";

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
