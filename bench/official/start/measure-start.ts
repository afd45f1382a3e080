import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { alternate, type Measurement, measure, median, type Sides } from "../../measurement.ts";
import type { Chain } from "../bundles.ts";
import { appSpec, taskDefinition } from "../polling/facts.ts";
import type { Report } from "../report.ts";

/** Odd, so that the median is a start that happened. */
const starts = 11;
const sides = ["ours", "peer"] as const;

/** Measures the bytes that the runner has to load, and the time until the first call to AWS. */
export async function measureStart(bundles: Sides<Chain>, folder: string): Promise<Report> {
  const own = await mkdtemp(join(folder, "start-"));
  const variables = await writeInputs(own);
  const startOf = (side: (typeof sides)[number]): Start => ({
    bundle: bundles[side].deploy,
    variables,
    folder: own,
  });
  const times = await alternate(starts, {
    ours: () => untilFirstCall(startOf("ours")),
    peer: () => untilFirstCall(startOf("peer")),
  });
  const sizes = {
    deploy: { ours: await sizesOf(startOf("ours")), peer: await sizesOf(startOf("peer")) },
    render: {
      ours: await sizeOfFolder(dirname(bundles.ours.render)),
      peer: await sizeOfFolder(dirname(bundles.peer.render)),
    },
  };
  return {
    title: "Bundles and start",
    table: [],
    figures: [
      megabytes("deploy: loaded until the first call", sizes.deploy.ours.loaded, sizes.deploy.peer.loaded),
      megabytes("deploy: all JavaScript", sizes.deploy.ours.all, sizes.deploy.peer.all),
      megabytes("render: all JavaScript", sizes.render.ours, sizes.render.peer),
      measure({
        name: "start",
        metric: "deploy: start to first API call",
        unit: "ms",
        better: "lower",
        ours: median(times.ours),
        peer: { name: "official", value: median(times.peer) },
        // At most 0.7 of the time.
        goal: "≥ 1.43 ×",
      }),
    ],
    details: { times, sizes },
  };
}

const megabytes = (metric: string, ours: number, official: number): Measurement =>
  measure({
    name: "bundles",
    metric,
    unit: "MB",
    better: "lower",
    ours: ours / 1e6,
    peer: { name: "official", value: official / 1e6 },
    goal: "≤ 1 MB",
  });

/** Writes the inputs of both actions; each reads its own. */
async function writeInputs(folder: string): Promise<Record<string, string>> {
  const files = { taskDefinition: join(folder, "task.json"), appSpec: join(folder, "appspec.json") };
  await writeFile(files.taskDefinition, JSON.stringify(taskDefinition));
  await writeFile(files.appSpec, JSON.stringify(appSpec));
  return {
    "INPUT_TASK-DEFINITION": files.taskDefinition,
    INPUT_CLUSTER: "main",
    INPUT_SERVICE: "web",
    "INPUT_CODEDEPLOY-APPSPEC": files.appSpec,
  };
}

/** Returns the bytes of the JavaScript that a start loads, and of all files next to it. */
async function sizesOf(start: Start): Promise<{ loaded: number; all: number }> {
  const list = join(start.folder, `loaded-${start.bundle.replaceAll(/\W/g, "-")}`);
  const preload = join(import.meta.dirname, "note-loaded-files.ts");
  await untilFirstCall({ ...start, variables: { ...start.variables, BENCH_LOADED_FILES: list }, preload });
  const files = new Set((await readFile(list, "utf8")).trim().split("\n"));
  const bundle = dirname(start.bundle);
  const sizes = [...files]
    .filter((file) => file.startsWith(bundle))
    .map(async (file) => (await stat(file)).size);
  const loaded = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  return { loaded, all: await sizeOfFolder(bundle) };
}

async function sizeOfFolder(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const scripts = files.filter((file) => file.isFile() && file.name.endsWith(".js"));
  const sizes = await Promise.all(
    scripts.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export interface Start {
  readonly bundle: string;
  /** Inputs of a deployment, as variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly folder: string;
  /** A module to load first. */
  readonly preload?: string;
}

/** No action takes this long to start; one that has not called by then never will. */
const limitMs = 60_000;

/** Starts an action and ends it at its first call to AWS. Returns how many milliseconds that took. */
async function untilFirstCall({ bundle, variables, folder, preload }: Start): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const called = once(server, "request", { signal: AbortSignal.timeout(limitMs) });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...(preload ? ["--import", preload] : []), bundle], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      ...variables,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "AKIASTART",
      AWS_SECRET_ACCESS_KEY: "start",
      GITHUB_WORKSPACE: folder,
    },
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  try {
    await Promise.race([
      called,
      ended.then(([code]) => Promise.reject(new Error(`${bundle} ended with ${code} before any call`))),
    ]);
    return performance.now() - startedAt;
  } finally {
    child.kill("SIGKILL");
    await ended;
    server.close();
    server.closeAllConnections();
  }
}
