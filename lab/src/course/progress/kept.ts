import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Refusal } from "@ecs-delivery/program/command-line";
import type { Statuses } from "./steps.ts";

/** A student's progress, which outlives the lab. */
export interface Kept {
  steps: Statuses;
  ticked: string[];
  taken: Record<string, number>;
}

export function readKept(file: string): Kept {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { steps: {}, ticked: [], taken: {} };
    throw error;
  }
  try {
    const { steps, ticked, taken } = JSON.parse(text);
    const isKept =
      Object.values(steps).every((status) => /^(?:done|open|locked|broken)$/.test(String(status))) &&
      Array.isArray(ticked) &&
      Object.values(taken).every(Number.isInteger);
    if (!isKept) throw new Error("has other contents");
    return { steps, ticked, taken };
  } catch (cause) {
    throw new Refusal(
      `${file} is not the progress of a course. Fix: remove it, which forgets hints and ticks.`,
      { cause },
    );
  }
}

/** A process that ends meanwhile leaves the old file or the new one. */
export function writeKept(file: string, kept: Kept): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(kept, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}
