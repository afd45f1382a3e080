import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Benchmark, type Measurement, measure, withinBudget } from "./measurement.ts";

/** Eleven chapters on two quiet cores, and the time until the stacks can be deployed to. */
const limitSeconds = { story: 100, ready: 8 };

const root = join(import.meta.dirname, "..");

interface Report {
  readonly ok: boolean;
  readonly durationMs: number;
  readonly load: { readonly requests: number; readonly failed: number; readonly p99Ms: number };
  readonly resources: { readonly readyMs: number; readonly simulatorRssMb: number };
}

const story: Benchmark = async () => {
  const lab = spawn(process.execPath, [join(root, "lab", "src", "main.ts"), "--once"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  const [code] = await once(lab, "exit");
  if (code !== 0) throw new Error(`npm run lab -- --once ended with ${code}: its figures would mean nothing`);
  const { durationMs, resources, load } = JSON.parse(
    await readFile(join(root, ".lab", "report.json"), "utf8"),
  ) as Report;
  const row = (metric: string, unit: string, ours: number, limit: number): Measurement =>
    withinBudget("story", metric, unit, ours, limit);
  return [
    row("ready to deploy", "s", resources.readyMs / 1000, limitSeconds.ready),
    row("whole story", "s", durationMs / 1000, limitSeconds.story),
    row("simulator resident", "MB", resources.simulatorRssMb, 200),
    measure({
      name: "story",
      metric: "answered requests",
      unit: "requests",
      better: "higher",
      ours: load.requests - load.failed,
      peer: { name: "sent", value: load.requests },
      goal: "1 ×",
    }),
  ];
};

export default story;
