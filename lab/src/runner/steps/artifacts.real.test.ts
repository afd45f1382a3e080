import { expect, it, onTestFinished } from "vitest";
import type { RunResult } from "../result.ts";
import { createTestRepository, runJobs, workflowOf } from "../test-repository.support.ts";

/** A job that makes a.txt, folder/b.txt and folder/.hidden, and uploads. */
const uploading = (id: string, ...uploads: string[]) => `
  ${id}:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${id} > a.txt; mkdir folder; echo b > folder/b.txt; echo h > folder/.hidden
${uploads.map((inputs) => `      - { uses: actions/upload-artifact@v7, with: { ${inputs} } }`).join("\n")}
`;

const downloading = (needs: string, inputs: string) => `
  after:
    needs: [${needs}]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - { uses: actions/download-artifact@v8, with: { ${inputs} } }
      - run: find . -type f | sort
`;

const messages = (result: RunResult) =>
  result.jobs.flatMap(({ annotations }) => annotations.map(({ level, message }) => `${level}: ${message}`));
const filesIn = (lines: string[]) => lines.filter((line) => line.startsWith("./"));

it.each([
  ["one by name, into the workspace", "name: one", ["./a.txt"]],
  ["one by name, into a folder", "name: two, path: got", ["./got/b.txt"]],
  ["all, each into its own folder", "path: got", ["./got/one/a.txt", "./got/two/b.txt"]],
  ["those of a pattern, all together", "pattern: 't*', path: got, merge-multiple: true", ["./got/b.txt"]],
  ["the only one of a pattern, without its folder", "pattern: 'on*', path: got", ["./got/a.txt"]],
  ["none for a pattern without a match", "pattern: x-*", []],
])("transfers %s", async (_, inputs, expected) => {
  const upload = uploading("make", "name: one, path: a.txt", "name: two, path: folder");
  const result = await runJobs(upload + downloading("make", inputs));
  expect(messages(result)).toEqual([]);
  expect(filesIn(result.lines)).toEqual(expected);
});

it("lists the existing artifacts when one is missing", async () => {
  const upload = uploading("make", "name: one, path: a.txt", "name: two, path: folder");
  const result = await runJobs(upload + downloading("make", "name: three"));
  expect(messages(result)).toEqual([
    "error: Unable to download artifact(s): Artifact not found for name: three; this run has one, two",
  ]);
});

it("accepts a name once in a run, also from parallel jobs, unless it is to be overwritten", async () => {
  const jobs = uploading("first", "name: same, path: a.txt") + uploading("second", "name: same, path: a.txt");
  const result = await runJobs(jobs);
  expect(result.jobs.map(({ conclusion }) => conclusion).sort()).toEqual(["failure", "success"]);
  expect(messages(result)).toEqual([
    expect.stringMatching(/^error: Failed to CreateArtifact: .*an artifact with this name already exists/),
  ]);
  const again = uploading("make", "name: same, path: a.txt", "name: same, path: folder, overwrite: true");
  const overwritten = await runJobs(again + downloading("make", "name: same"));
  expect(messages(overwritten)).toEqual([]);
  expect(filesIn(overwritten.lines)).toEqual(["./b.txt"]);
});

it("keeps the artifacts of one run from the next", async () => {
  const repository = await createTestRepository(workflowOf(uploading("make", "name: one, path: a.txt")));
  onTestFinished(repository.remove);
  expect((await repository.run()).conclusion).toBe("success");
  expect((await repository.run()).conclusion).toBe("success");
});

it.each([
  ["name: 'scale/1', path: a.txt", /^error: The artifact name is not valid: scale\/1$/],
  ["name: 'a:b', path: a.txt", /^error: The artifact name is not valid: a:b$/],
  ["name: .., path: a.txt, overwrite: true", /^error: The artifact name is not valid: \.\.$/],
  ["path: none", /^warning: No files were found with the provided path: none\./],
  ["path: none, if-no-files-found: error", /^error: No files were found/],
  ["path: none, if-no-files-found: maybe", /Provided: maybe\. Available options: warn,error,ignore/],
  ["path: '*.txt'", /^error: this runner uploads one file or folder, without wildcards, not '\*\.txt'/],
  ["path: a.txt, overwrite: perhaps", /^error: Input does not meet YAML 1\.2 .*: overwrite/],
])("reports the result of an upload with { %s }", async (inputs, message) => {
  expect(messages(await runJobs(uploading("make", inputs)))).toEqual([expect.stringMatching(message)]);
});

it("ignores missing files when configured to", async () => {
  expect(messages(await runJobs(uploading("make", "path: none, if-no-files-found: ignore")))).toEqual([]);
});
