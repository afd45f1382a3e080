import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { awsCli, programsFor } from "./programs.support.ts";
import { startForClients } from "./start-for-clients.support.ts";

const { simulator, folder } = await startForClients();

const { boto3, execute } = programsFor(simulator);
const aws = (...args: string[]) => execute(awsCli, args);

it("the AWS CLI copies files in and out, reads a large one in parts, lists and removes them", async () => {
  const large = Buffer.alloc(9 * 1024 * 1024, "coffee");
  const file = join(folder, "large.bin");
  await writeFile(file, large);
  await aws("s3", "mb", "s3://cli");
  await aws("s3api", "put-object", "--bucket", "cli", "--key", "in/large.bin", "--body", file);
  const refused = await aws("s3", "cp", file, "s3://cli/parts").catch((error) => error.stderr);
  expect(refused).toContain("the simulator does not perform s3:CreateMultipartUpload");
  await rm(file);
  await writeFile(join(folder, "small & plain.txt"), "coffee");
  await aws("s3", "cp", folder, "s3://cli/in", "--recursive", "--only-show-errors");
  const listed = await aws("s3", "ls", "s3://cli/in/");
  expect(listed).toMatch(/ 9437184 large\.bin\n.* 6 small & plain\.txt\n$/);
  await aws("s3", "cp", "s3://cli/in/large.bin", join(folder, "back"), "--only-show-errors");
  expect((await readFile(join(folder, "back"))).equals(large)).toBe(true);
  expect(await aws("s3", "cp", "s3://cli/in/small & plain.txt", "-")).toBe("coffee");
  const filled = await aws("s3", "rb", "s3://cli").catch((error) => error.stderr);
  expect(filled).toContain("(BucketNotEmpty)");
  await aws("s3", "rb", "s3://cli", "--force");
  expect(await aws("s3", "ls")).toBe("");
});

it("boto3 calls its operations", async () => {
  expect(await boto3("s3_objects.py")).toEqual({
    body: "coffee",
    metadata: { team: "coffee" },
    same: true,
    keys: ["large", "é/plain+text.txt"],
    versions: [
      ["large", false],
      ["large", true],
      ["é/plain+text.txt", true],
    ],
    refused: "BucketNotEmpty",
    missing: 404,
    gone: "404",
  });
});
