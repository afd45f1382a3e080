import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { findLeft } from "@ecs-delivery/simulator/conformance/play";
import { startRealSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, beforeAll, expect, test } from "vitest";

let simulator: TestSimulator;
const folder = useFolder();
beforeAll(async () => {
  simulator = await startRealSimulator({ permissions: "enforce" });
});
afterAll(() => simulator?.close());

/** Runs the command; a line of its output may end it. */
async function conform(argv: readonly string[], endAt?: RegExp) {
  const command = [join(import.meta.dirname, "conformance.ts"), "--settle", "0", ...argv];
  const env = { ...process.env, ...simulator.environmentVariables };
  const child = spawn(process.execPath, command, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
      if (!child.killed && endAt?.test(output)) child.kill("SIGINT");
    });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output, left: await findLeft({ ...simulator.clientConfig, forcePathStyle: true }) };
}

const account = ["--account", "123456789012"];
const given = [...account, "--limit", "2USD"];

test.each<[readonly string[], string]>([
  [account, "--limit is missing"],
  [["--limit", "2USD"], "--account is missing"],
  [[...account, "--limit", "2"], "is not an amount such as 2USD"],
  [[...account, "--limit", "0.1USD"], "a run may cost 0.5 USD"],
  [["--account", "111111111111", "--limit", "2USD", "--answers", "x"], "are of account 123456789012"],
  [given, "only record AWS itself"],
])("refuses %j and changes nothing", async (argv, message) => {
  expect(await conform(argv)).toEqual({ code: 2, output: expect.stringContaining(message), left: [] });
});

test("writes the answers with their date, and leaves nothing", async () => {
  const file = join(folder, "answers.json");
  const { code, output, left } = await conform([...given, "--answers", file]);
  expect({ code, left, output }).toEqual({
    code: 0,
    left: [],
    output: expect.stringMatching(
      /not played, 10 set-ups: needs a service [\s\S]*as expected; nothing is left/,
    ),
  });
  const answers = JSON.parse(await readFile(file, "utf8"));
  expect(answers[0]).toMatchObject({
    state: "recorded",
    answer: expect.stringContaining("ecs:ListClusters"),
    date: expect.stringMatching(/^\d{4}-/),
  });
});

test("leaves nothing when it is ended, and refuses an account with resources of another run", async () => {
  const file = join(folder, "none.json");
  const ended = await conform([...given, "--answers", file], /✓/);
  expect(ended).toMatchObject({
    code: 1,
    left: [],
    output: expect.stringContaining("everything was removed"),
  });
  await simulator.aws.ecs.createCluster({ clusterName: "conformance-main" });
  const refused = await conform([...given, "--answers", file]);
  expect(refused).toMatchObject({
    code: 2,
    output: expect.stringContaining("resources of an earlier run: cluster arn"),
  });
  expect(await conform([...given, "--answers", file, "--remove"])).toEqual({ code: 0, output: "", left: [] });
});
