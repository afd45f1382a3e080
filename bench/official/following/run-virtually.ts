import { AsyncLocalStorage } from "node:async_hooks";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Deployment, fleetRow, grid, type Row, settledAtOf } from "./deployments.ts";
import { type Followed, filesOf, startStubAccount } from "./stub-account.ts";
import { installVirtualClock } from "./virtual-clock.ts";

/** The input of this process, as JSON. */
export interface Order {
  readonly side: "ours" | "peer";
  readonly bundle: string;
  readonly folder: string;
  /** Index of a row of the grid, or all runs at the same time, each of another service. */
  readonly row: number | "fleet";
  readonly runs: number;
  /** Attempts of the official action for a request that AWS throttles; 3 by default. */
  readonly maxRetries?: number;
}

/** The result of one run. */
export type Run = ReturnType<typeof resultOf>;

const order = JSON.parse(process.argv[2] ?? "") as Order;
const row = order.row === "fleet" ? fleetRow : (grid[order.row] as Row);
const clock = installVirtualClock();
const { promise: allBegan, resolve: endBegin } = Promise.withResolvers<void>();
let onFirstRequest = () => {};
const account = await startStubAccount(clock, () => {
  onFirstRequest();
  return allBegan;
});
Object.assign(process.env, {
  AWS_ENDPOINT_URL: account.endpoint,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "AKIAVIRTUAL",
  AWS_SECRET_ACCESS_KEY: "virtual",
  GITHUB_WORKSPACE: order.folder,
});
/** The output of each run: the actions of a process share its standard output. */
const outputs = new AsyncLocalStorage<{ text: string }>();
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((chunk: string) => {
  const output = outputs.getStore();
  if (!output) return write(chunk);
  output.text += chunk;
  return true;
}) as typeof process.stdout.write;

const start = starter(order);
if (order.row === "fleet") await runFleet();
else {
  endBegin();
  for (let run = 0; run < order.runs; run += 1) process.send?.(await runOnce("web", run));
}
process.exit(0);

/** Starts all runs at the same time: each has made its first request when the first gets its response. */
async function runFleet(): Promise<void> {
  const runs: Promise<Run>[] = [];
  for (let run = 0; run < order.runs; run += 1) {
    const arrived = new Promise<void>((resolve) => {
      onFirstRequest = resolve;
    });
    runs.push(runOnce(`web-${run}`, run));
    await arrived;
  }
  endBegin();
  for (const run of await Promise.all(runs)) process.send?.(run);
}

async function runOnce(service: string, run: number): Promise<Run> {
  // Both sides get the same deployments, and every rerun gets the same jitter.
  Math.random = createRandom((order.row === "fleet" ? grid.length : order.row) * 10_007 + run);
  const deployment = row.deploy(Math.random);
  const folder = await mkdtemp(join(order.folder, "run-"));
  for (const [name, content] of Object.entries(filesOf(service)))
    await writeFile(join(folder, name), content);
  setInputs({ ...inputsOf(deployment, folder), service });
  const followed = account.expect(service, deployment);
  const output = { text: "" };
  const beganAt = clock.now();
  await outputs.run(output, start);
  return resultOf(followed, beganAt, output.text);
}

function inputsOf({ controller }: Deployment, folder: string): Record<string, string> {
  return {
    "task-definition": join(folder, "task.json"),
    cluster: "main",
    ...(controller === "CODE_DEPLOY" && { "codedeploy-appspec": join(folder, "appspec.yaml") }),
    ...(order.side === "ours"
      ? { "wait-until": row.until ?? "complete", ...(!row.settles && { "settle-for": "0" }) }
      : {
          "wait-for-service-stability": "true",
          "wait-max-delay-seconds": "15",
          "max-retries": `${order.maxRetries ?? 3}`,
        }),
  };
}

function resultOf(followed: Followed, beganAt: number, log: string) {
  const { createdAt = Number.NaN, deployment, calls, throttled } = followed;
  const complaint = log.split("\n").find((line) => line.startsWith("::error")) ?? "";
  const isOurs = order.side === "ours";
  const reachedAt = isOurs && row.until ? deployment.shiftedAt : deployment.endsAt;
  const settledAt = isOurs && row.settles ? settledAtOf(row, deployment) : 0;
  const lagMs = clock.now() - createdAt - Math.max(reachedAt, settledAt);
  return {
    row: order.row,
    /** Whether it was green, and not before AWS's success. */
    green: complaint === "" && lagMs >= 0,
    /** From AWS's success, or from the awaited stage, until the action's end; negative when it ended before. */
    lagMs,
    /** Calls after the one that began the deployment. */
    calls,
    /** Calls that AWS throttled. */
    throttled,
    tookMs: clock.now() - beganAt,
    /** The first error annotation as the action wrote it; empty without one. */
    complaint,
  };
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

function setInputs(inputs: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("INPUT_")) delete process.env[name];
  for (const [name, value] of Object.entries(inputs)) process.env[`INPUT_${name.toUpperCase()}`] = value;
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
