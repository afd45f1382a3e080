import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { exportLines } from "../shell-lines.ts";
import { startRealSimulator } from "../test-simulator.support.ts";
import { python, run } from "./programs.support.ts";

/** Each `aws` on PATH: a version manager may have version 1 next to the system's version 2. */
const programs = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "aws"))
  .filter((program) => existsSync(program));
const commandLines = [...new Set(programs.map((program) => realpathSync(program)))];

const simulator = await startRealSimulator();
afterAll(() => simulator.close());

it.each([
  ...commandLines.map((aws) => [`'${aws}' ecs list-clusters --output text --query 'length(clusterArns)'`]),
  [`${python} -c 'import boto3; print(len(boto3.client("ecs").list_clusters()["clusterArns"]))'`],
])("the printed lines suffice for %s, in a shell with other settings of AWS", async (command) => {
  const others = { AWS_PROFILE: "none", AWS_SESSION_TOKEN: "of another account", AWS_PAGER: "" };
  const script = [...exportLines(simulator.environmentVariables), command].join("\n");
  expect(await run("sh", ["-c", script], { variables: others })).toBe("0\n");
});
