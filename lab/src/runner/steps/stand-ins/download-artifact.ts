import { cp, mkdir, readdir } from "node:fs/promises";
import { join, matchesGlob, resolve } from "node:path";
import type { StandIn, StandInStep } from "./stand-in.ts";

/** Downloads artifacts of earlier jobs of the run, into the folders that the real action (release 8) chooses. */
export const downloadArtifact: StandIn = {
  inputs: ["name", "pattern", "path", "merge-multiple"],
  async run(step) {
    const destination = resolve(step.workspace, step.input("path"));
    const there = (await readdir(step.artifactDirectory).catch(() => [])).sort();
    const names = choose(step, there);
    const together = step.input("name") !== "" || step.flag("merge-multiple") || names.length === 1;
    for (const name of names) {
      const folder = together ? destination : join(destination, name);
      await mkdir(folder, { recursive: true });
      await cp(join(step.artifactDirectory, name), folder, { recursive: true });
      step.log(`- ${name}`);
    }
    step.log(`Total of ${names.length} artifact(s) downloaded`);
    step.setOutput("download-path", destination);
  },
};

/** A name must exist; a pattern, which `name` overrides, may match none. */
function choose(step: StandInStep, there: string[]): string[] {
  const name = step.input("name");
  const pattern = step.input("pattern");
  if (!name) return pattern ? there.filter((each) => matchesGlob(each, pattern)) : there;
  if (there.includes(name)) return [name];
  const known = there.length > 0 ? `this run has ${there.join(", ")}` : "this run has none yet";
  throw new Error(`Unable to download artifact(s): Artifact not found for name: ${name}; ${known}`);
}
