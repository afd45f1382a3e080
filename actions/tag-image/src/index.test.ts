import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../../simulator/src/simulator.ts";
import type { BuiltImage } from "../../build-image/src/build-image.ts";
import { build } from "./tag-image.support.ts";

let simulator: Simulator;
let folder: string;
let old: BuiltImage;
let image: BuiltImage;
beforeAll(async () => {
  simulator = await startSimulator({ port: 0 });
  folder = await mkdtemp(join(tmpdir(), "tag-image-run-"));
  await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
  old = await build(simulator, folder, { text: "old", tags: ["latest"] });
  image = await build(simulator, folder, { text: "new", tags: ["v1"] });
});
afterEach(() => simulator.faults.clear());
afterAll(async () => {
  await simulator?.close();
  await rm(folder, { recursive: true });
});

/** Runs the action as the runner does: a process with INPUT_… and files for outputs and summary. */
async function run(name: string, tags: string) {
  const [output, summary] = [join(folder, "output"), join(folder, "summary")];
  await Promise.all([writeFile(output, ""), writeFile(summary, "")]);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    ...simulator.environmentVariables,
    INPUT_IMAGE: name,
    INPUT_TAGS: tags,
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL("index.ts", import.meta.url))], { env });
  const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, "close")]);
  const outputs = (await readFile(output, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return {
    exitCode,
    annotations: stdout.match(/^::error.*$/gm) ?? [],
    masked: /^::add-mask::/m.test(stdout),
    outputs: Object.fromEntries([...outputs].map(([, key, , value]) => [key, value])),
    summary: await readFile(summary, "utf8"),
  };
}

it("sets every output, masks the login, and tells what each tag was on", async () => {
  const named = { image: image.image, digest: image.digest };
  expect(await run(image.portableImage, "latest\nv1\nv2")).toEqual({
    exitCode: 0,
    annotations: [],
    masked: true,
    outputs: { ...named, changed: "true" },
    summary: `### Tags of \`${image.image}\`

- \`latest\`: \`${old.digest}\` → \`${image.digest}\`
- \`v1\`: already
- \`v2\`: new → \`${image.digest}\`

`,
  });
  const again = await run(image.portableImage, "latest\nv1\nv2");
  expect(again.outputs).toEqual({ ...named, changed: "false" });
  expect(again.summary.match(/already/g)).toHaveLength(3);
});

it.each([
  ["wrong inputs", "customer", "a/b", undefined, /2 inputs are wrong/],
  ["a missing image", "ecr://customer:v9", "latest", undefined, /has no image with the tag v9/],
  [
    "a missing right",
    "ecr://customer:v1",
    "latest",
    "ecr:DescribeRepositories",
    /The AWS role may not do this/,
  ],
])("%s is one annotation with a next step, and no output", async (_, name, tags, denied, message) => {
  if (denied) simulator.faults.add({ kind: "deny", operation: denied });
  const { exitCode, annotations, outputs } = await run(name, tags);
  expect({ exitCode, outputs }).toEqual({ exitCode: 1, outputs: {} });
  expect(annotations).toEqual([expect.stringMatching(message)]);
  expect(annotations[0]).toContain("Next step: ");
});
