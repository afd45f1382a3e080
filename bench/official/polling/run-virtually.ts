import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installVirtualClock } from "../clocks/virtual-clock.ts";
import { firstAnnotation } from "../run-action.ts";
import { answersOf, type Begun, startStubAws } from "./answers.ts";
import { grid } from "./deployments.ts";
import { appSpec, taskDefinition } from "./facts.ts";

/** The input of this process, as JSON. */
export interface Order {
  readonly side: "ours" | "peer";
  readonly bundle: string;
  readonly inputs: Readonly<Record<string, string>>;
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
  /** First error annotation, or another fault in the action's output; empty when there is none. */
  readonly complaint: string;
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
const now = installVirtualClock();
const stub = await startStubAws();
Object.assign(process.env, {
  AWS_ENDPOINT_URL: stub.endpoint,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "AKIAVIRTUAL",
  AWS_SECRET_ACCESS_KEY: "virtual",
  GITHUB_WORKSPACE: order.folder,
});
const files = {
  taskDefinition: join(order.folder, "task.json"),
  appSpec: join(order.folder, "appspec.yaml"),
};
await writeFile(files.taskDefinition, JSON.stringify(taskDefinition));
await writeFile(files.appSpec, JSON.stringify(appSpec));

const start = starter(order);
for (let run = 0; run < order.runs; run += 1) process.send?.(await runOnce(order.row, run));
stub.close();
process.disconnect?.();
process.exit(0);

async function runOnce(row: number, run: number): Promise<Run> {
  const { waitForMinutes, deploy, until } = grid[row] as (typeof grid)[number];
  // Both sides get the same deployments, and every rerun gets the same jitter.
  Math.random = createRandom(row * 10_007 + run);
  const deployment = deploy(Math.random);
  const begun: Begun = { createdAt: undefined };
  stub.answers = answersOf(deployment, begun, now);
  stub.calls = [];
  setInputs({
    ...order.inputs,
    "task-definition": files.taskDefinition,
    cluster: "main",
    service: "web",
    ...(deployment.controller === "CODE_DEPLOY" && { "codedeploy-appspec": files.appSpec }),
    ...(order.side === "ours" && until && { "wait-until": until }),
    ...(order.side === "peer" && { "wait-for-minutes": String(waitForMinutes) }),
  });
  process.exitCode = 0;
  const log = await capture(start);
  const { createdAt } = begun;
  if (createdAt === undefined) throw new Error(`no deployment was begun:\n${log}`);
  const begin = stub.calls.findIndex((call) => call === "CreateDeployment" || call === "UpdateService");
  return {
    row,
    green: Number(process.exitCode) === 0,
    lagMs: now() - createdAt - (order.side === "ours" && until ? deployment.shiftedAt : deployment.endsAt),
    calls: stub.calls.length - begin - 1,
    complaint: firstAnnotation(log) || (log.split("\n").find((line) => /\bNaN\b/.test(line)) ?? ""),
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
  if (side === "ours")
    return () => {
      count += 1;
      return import(`${pathToFileURL(bundle)}?run=${count}`);
    };
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
