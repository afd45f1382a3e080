import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StandIn } from "./stand-in.ts";

const program = join(import.meta.dirname, "github-script.cjs");

/** As the real action (release 8); calls of GitHub's API are left out. */
export const githubScript: StandIn = {
  inputs: `
    script github-token debug user-agent previews result-encoding retries retry-exempt-status-codes
    base-url`,
  async run(step) {
    const encoding = step.input("result-encoding") || "json";
    if (encoding !== "json" && encoding !== "string")
      throw new Error('"result-encoding" must be either "string" or "json"');
    const script = join(step.directory, "script.js");
    await writeFile(script, step.input("script"));
    const { code } = await step.run([process.execPath, program, encoding, script]);
    if (code !== 0) throw new Error(`Process completed with exit code ${code}.`);
  },
};
