import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { git } from "../runner/load/git.ts";
import { commitFiles } from "../runner/test-repository.support.ts";
import type { Outcome } from "./outcome.ts";

interface Mistake {
  /** Text of a file that another one replaces. */
  replace: string;
  by: string;
  /** Pattern of what the user reads about it. */
  says: string;
}

interface Shape {
  name: string;
  on?: unknown;
  job?: object;
  /** Steps of the job; a job without steps calls a workflow. */
  steps?: object[];
  jobs?: object;
  /** Besides the usual ones, or in their place. */
  files?: Record<string, string>;
  mistakes?: Record<string, Mistake>;
  options?: string[];
  /** `cluster/service verdict`, and the beginning of the cause. */
  deployed: string[];
  leftOut?: string[];
  exit?: number;
}
const shapes: Shape[] = parse(await readFile(new URL("shapes.yaml", import.meta.url), "utf8")).shapes;
const main = join(import.meta.dirname, "../../../cli/src/main.ts");
const folder = useFolder();

const container = { name: "web", image: "IMAGE", portMappings: [{ containerPort: 8080 }] };
const definition = {
  ...{
    family: "api",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
  },
  executionRoleArn: "arn:aws:iam::222233334444:role/execution",
  containerDefinitions: [container],
};

const filesOf = ({ on = "push", job, jobs, steps, files }: Shape): Record<string, string> => {
  const workflow = {
    ...{ on, permissions: { "id-token": "write", contents: "read" } },
    jobs: { deploy: { ...(steps && { "runs-on": "ubuntu-latest", steps }), ...job }, ...jobs },
  };
  return {
    ".github/workflows/deploy.yml": JSON.stringify(workflow),
    "task-definition.json": JSON.stringify(definition),
    Dockerfile: "FROM node:24\nCOPY app .\n",
    "app/server.mjs":
      'import { createServer } from "node:http";\ncreateServer((_, r) => r.end("ok")).listen(8080);\n',
    ...files,
  };
};

interface Rehearsed {
  code: unknown;
  output: string;
  json: string;
}

async function rehearse(
  name: string,
  { files, options = [] }: { files: Record<string, string>; options?: readonly string[] | undefined },
  listenerOffset: number,
): Promise<Rehearsed> {
  const cwd = join(folder, name);
  const json = join(folder, `${name}.json`);
  await mkdir(cwd);
  await git(cwd, "init", "--quiet", "--initial-branch", "main");
  await commitFiles(cwd, files);
  const argv = [main, "lab", "--once", "--yes", "--network", "none", "--json", json, "--port", "0"];
  const all = [...argv, "--listener-offset", String(listenerOffset), ...options];
  return new Promise((resolve) => {
    // In containers, some shapes would need their public base image.
    const env = { ...process.env, DOCKER_HOST: "unix:///nowhere/docker.sock" };
    execFile(process.execPath, all, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr, json }),
    );
  });
}

/** Each has some of this worker's ports for listeners, and rehearses one repository after the other. */
const lanes = [0, 1, 2, 3].map((lane) => ({
  offset: testListenerPortOffset() - 60 + 20 * lane,
  last: Promise.resolve() as Promise<unknown>,
}));

function inTurn(name: string, shape: Pick<Shape, "options"> & { files: Record<string, string> }) {
  const lane = lanes.shift() as (typeof lanes)[number];
  lanes.push(lane);
  const run = lane.last.then(() => rehearse(name, shape, lane.offset));
  lane.last = run.catch(() => {});
  return run;
}

const mistakes = shapes.flatMap((shape) =>
  Object.entries(shape.mistakes ?? {}).map(([name, mistake]) => ({ name, shape, ...mistake })),
);

describe.concurrent("a rehearsal of", { timeout: 600_000 }, () => {
  it.each(shapes)("$name", async (shape) => {
    const { code, output, json } = await inTurn(shape.name, { ...shape, files: filesOf(shape) });
    expect(code, output).toBe(shape.exit ?? 0);
    const { services, leftOut }: Outcome = JSON.parse(await readFile(json, "utf8"));
    const found = services.map(({ cluster, service, verdict = "in progress", cause }) =>
      `${cluster}/${service} ${verdict} ${cause?.split(":")[0] ?? ""}`.trim(),
    );
    expect(found.sort()).toEqual(shape.deployed);
    expect(leftOut.map(({ what }) => what)).toEqual(shape.leftOut ?? []);
  });

  it.each(mistakes)("$shape.name finds $name", async ({ name, shape, replace, by, says }) => {
    const changed = Object.entries(filesOf(shape)).map(([path, text]) => [
      path,
      text.replaceAll(replace, by),
    ]);
    const files = Object.fromEntries(changed);
    expect(files).not.toEqual(filesOf(shape));
    const { code, output } = await inTurn(name, { ...shape, files });
    expect(code, output).not.toBe(0);
    // Without the list of what would run, and without line breaks of a refusal.
    const end = output.slice(Math.max(0, output.lastIndexOf("✗ The rehearsal is red")));
    expect(end.replace(/\s+/g, " ")).toMatch(new RegExp(says));
  });
});
