import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { grid, type Row } from "./deployments.ts";
import { files, startStubAccount } from "./stub-account.ts";
import { installVirtualClock } from "./virtual-clock.ts";

/** The input of this process, as JSON. */
export interface Order {
  readonly side: "ours" | "peer";
  readonly bundle: string;
  readonly folder: string;
  /** Index of a row of the grid. */
  readonly row: number;
  readonly runs: number;
}

/** The result of one run. */
export interface Run {
  readonly row: number;
  readonly green: boolean;
  /**
   * Milliseconds from AWS's success, or from the awaited stage, until the action's end; negative when it ended before.
   */
  readonly lagMs: number;
  /** Calls after the one that began the deployment. */
  readonly calls: number;
  /** The first error annotation as the action wrote it; empty without one. */
  readonly complaint: string;
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
const row = grid[order.row] as Row;
const now = installVirtualClock();
const account = await startStubAccount(now);
Object.assign(process.env, {
  AWS_ENDPOINT_URL: account.endpoint,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "AKIAVIRTUAL",
  AWS_SECRET_ACCESS_KEY: "virtual",
  GITHUB_WORKSPACE: order.folder,
});
for (const [name, content] of Object.entries(files))
  await writeFile(join(order.folder, name), JSON.stringify(content));

const start = starter(order);
for (let run = 0; run < order.runs; run += 1) process.send?.(await runOnce(run));
process.exit(0);

async function runOnce(run: number): Promise<Run> {
  // Both sides get the same deployments, and every rerun gets the same jitter.
  Math.random = createRandom(order.row * 10_007 + run);
  const deployment = row.deploy(Math.random);
  const until = order.side === "ours" ? row.until : undefined;
  setInputs({
    "task-definition": join(order.folder, "task.json"),
    cluster: "main",
    service: "web",
    ...(deployment.controller === "CODE_DEPLOY" && {
      "codedeploy-appspec": join(order.folder, "appspec.yaml"),
    }),
    ...(order.side === "ours"
      ? { "wait-until": until ?? "complete" }
      : { "wait-for-service-stability": "true", "wait-max-delay-seconds": "15" }),
  });
  const followed = account.expect(deployment);
  process.exitCode = 0;
  const log = await capture(start);
  if (followed.createdAt === undefined) throw new Error(`no deployment was begun:\n${log}`);
  return {
    row: order.row,
    green: Number(process.exitCode) === 0,
    lagMs: now() - followed.createdAt - (until ? deployment.shiftedAt : deployment.endsAt),
    calls: followed.calls,
    complaint: log.split("\n").find((line) => line.startsWith("::error")) ?? "",
  };
}

function setInputs(inputs: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("INPUT_")) delete process.env[name];
  for (const [name, value] of Object.entries(inputs)) process.env[`INPUT_${name.toUpperCase()}`] = value;
}

/**
 * Returns a function that starts the bundle as shipped. Ours runs when its entry is evaluated, theirs exports a
 * function.
 */
function starter({ side, bundle }: Order): () => Promise<unknown> {
  let count = 0;
  if (side === "ours") return () => import(`${pathToFileURL(bundle)}?run=${count++}`);
  return createRequire(import.meta.url)(bundle) as () => Promise<unknown>;
}

/** Returns the action's output. */
async function capture(action: () => Promise<unknown>): Promise<string> {
  const write = process.stdout.write;
  let text = "";
  process.stdout.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  try {
    await action();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

/** Mulberry32: numbers from 0 to 1 that depend only on the seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
