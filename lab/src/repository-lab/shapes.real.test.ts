import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { git } from "../runner/load/git.ts";
import { commitFiles } from "../runner/test-repository.support.ts";
import type { Outcome } from "./outcome.ts";

interface Shape {
  name: string;
  on?: unknown;
  job?: object;
  steps: object[];
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

async function createRepository({ on = "push", job, steps, name }: Shape): Promise<string> {
  const directory = join(folder, name);
  const jobs = { deploy: { "runs-on": "ubuntu-latest", ...job, steps } };
  const files = {
    ".github/workflows/deploy.yml": JSON.stringify({ on, permissions: { "id-token": "write" }, jobs }),
    "task-definition.json": JSON.stringify(definition),
    Dockerfile: "FROM node:24\nCOPY app .\n",
    "app/server.mjs":
      'import { createServer } from "node:http";\ncreateServer((_, r) => r.end("ok")).listen(8080);\n',
  };
  await mkdir(directory);
  await git(directory, "init", "--quiet", "--initial-branch", "main");
  await commitFiles(directory, files);
  return directory;
}

it.each(shapes)("rehearses $name", { timeout: 300_000 }, async (shape) => {
  const cwd = await createRepository(shape);
  const json = join(folder, "outcome.json");
  const place = ["--port", "0", "--listener-offset", String(testListenerPortOffset())];
  const options = [
    "--once",
    "--yes",
    "--network",
    "none",
    "--json",
    json,
    ...place,
    ...(shape.options ?? []),
  ];
  const [code, output] = await new Promise<[unknown, string]>((resolve) => {
    execFile(process.execPath, [main, "lab", ...options], { cwd }, (error, stdout, stderr) =>
      resolve([error?.code ?? 0, stdout + stderr]),
    );
  });
  expect(code, output).toBe(shape.exit ?? 0);
  const outcome: Outcome = JSON.parse(await readFile(json, "utf8"));
  const services = outcome.services.map(({ cluster, service, verdict = "in progress", cause }) =>
    `${cluster}/${service} ${verdict} ${cause?.split(":")[0] ?? ""}`.trim(),
  );
  expect(services.sort()).toEqual(shape.deployed);
  expect(outcome.leftOut.map(({ what }) => what)).toEqual(shape.leftOut ?? []);
});
