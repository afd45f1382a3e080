import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { asTable, type Benchmark, type Measurement, NotHere } from "./measurement.ts";

const folder = import.meta.dirname;
const suffix = ".bench.ts";
const known = (await readdir(folder)).filter((file) => file.endsWith(suffix)).sort();
const names = process.argv.slice(2);
const available = known.map((file) => file.slice(0, -suffix.length));
const unknown = names.filter((name) => !available.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(", ")}; the benchmarks: ${available.join(", ")}`);
  process.exit(2);
}

const results: Measurement[] = [];
const leftOut: string[] = [];
for (const name of names.length > 0 ? names : available) {
  console.error(`${name} …`);
  const module = (await import(pathToFileURL(join(folder, name + suffix)).href)) as { default: Benchmark };
  try {
    results.push(...(await module.default()));
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    leftOut.push(`${name} cannot be measured here: ${error.message}`);
  }
}
console.log(asTable(results));
const output = join(folder, "..", ".bench");
await mkdir(output, { recursive: true });
await writeFile(join(output, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
for (const sentence of leftOut) console.error(sentence);
// A benchmark requested by name was left out.
if (leftOut.length > 0 && names.length > 0) process.exitCode = 1;
