import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  asTable,
  type Benchmark,
  describeRun,
  listMissed,
  type Measurement,
  NotHere,
} from "./measurement.ts";

const suffix = ".bench.ts";

/**
 * Runs the benchmarks of `folder` with these names, or all, and writes the figures to `output`. Returns the exit code: 1
 * if a goal is missed, or if a benchmark requested by name cannot be measured here; 2 for an unknown name.
 */
export async function runBenchmarks(
  folder: string,
  output: string,
  names: readonly string[],
  { log, error }: Pick<Console, "log" | "error">,
): Promise<number> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(suffix)).sort();
  const available = files.map((file) => file.slice(0, -suffix.length));
  const unknown = names.filter((name) => !available.includes(name));
  if (unknown.length > 0) {
    error(`no benchmark is called ${unknown.join(", ")}; the benchmarks: ${available.join(", ")}`);
    return 2;
  }
  const run = await describeRun();
  const results: Measurement[] = [];
  const leftOut: string[] = [];
  log(run);
  for (const name of names.length > 0 ? names : available) {
    error(`${name} …`);
    const module = (await import(pathToFileURL(join(folder, name + suffix)).href)) as { default: Benchmark };
    try {
      const measured = await module.default();
      log(`\n${asTable(measured)}`);
      results.push(...measured);
    } catch (reason) {
      if (!(reason instanceof NotHere)) throw reason;
      leftOut.push(`${name} cannot be measured here: ${reason.message}`);
    }
  }
  await mkdir(output, { recursive: true });
  await writeFile(join(output, "results.json"), `${JSON.stringify({ run, results }, null, 2)}\n`);
  for (const line of [...listMissed(results), ...leftOut]) error(line);
  return results.some(({ held }) => !held) || (leftOut.length > 0 && names.length > 0) ? 1 : 0;
}

if (import.meta.main)
  process.exitCode = await runBenchmarks(
    import.meta.dirname,
    join(import.meta.dirname, "..", ".bench"),
    process.argv.slice(2),
    console,
  );
