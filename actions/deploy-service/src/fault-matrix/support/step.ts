import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { vi } from "vitest";
import { runAction } from "../../../../shared/run.ts";
import type { World } from "../../clients.ts";
import { deployAndReport } from "../../deploy.ts";
import type { DeployInputs } from "../../inputs.ts";

/** What a reader of the run sees of it. */
export interface Seen {
  readonly exitCode: number | undefined;
  readonly errors: string[];
  readonly lines: string[];
  readonly outputs: Record<string, string>;
  /** Of the job, in Markdown. */
  readonly summary: string;
}

/** Runs all of the step but the making of its clients, whose pace would be that of the real AWS. */
export async function runStep(
  folder: string,
  world: World & { readonly lines: string[] },
  inputs: DeployInputs,
): Promise<Seen> {
  const [outputFile, summaryFile] = [join(folder, "outputs"), join(folder, "summary")];
  await Promise.all([writeFile(outputFile, ""), writeFile(summaryFile, "")]);
  vi.stubEnv("GITHUB_OUTPUT", outputFile).stubEnv("GITHUB_STEP_SUMMARY", summaryFile);
  const written: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    await runAction(async (signal) => void (await deployAndReport({ ...world, signal }, inputs)));
    return {
      exitCode: Number(process.exitCode ?? 0),
      errors: errorsIn(written.join("").split("\n")),
      lines: world.lines,
      outputs: await readOutputs(outputFile),
      summary: await readFile(summaryFile, "utf8"),
    };
  } finally {
    // The step has failed, its test has not.
    process.exitCode = undefined;
    stdout.mockRestore();
    vi.unstubAllEnvs();
  }
}

export function errorsIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => (line.startsWith("::error::") ? line.slice("::error::".length) : []));
}

/** A file of GITHUB_OUTPUT or GITHUB_STATE. */
export async function readOutputs(file: string): Promise<Record<string, string>> {
  const found = (await readFile(file, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n?\2$/gm);
  return Object.fromEntries([...found].map(([, name = "", , value = ""]) => [name, value]));
}
