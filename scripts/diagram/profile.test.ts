import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { updateDiagrams } from "./profile.ts";

const folder = mkdtempSync(join(tmpdir(), "diagram-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("pictures are drawn for each profile, and reported as outdated when a template changes", async () => {
  const [templates, pictures] = [join(folder, "templates"), join(folder, "pictures")];
  for (const name of ["parameters", "ecs"]) mkdirSync(join(templates, name), { recursive: true });
  const write = (bucket: string) =>
    writeFileSync(join(templates, "store.yaml"), `Resources: { ${bucket}: { Type: AWS::S3::Bucket } }`);
  const files = ["small.svg", "small.mmd"].map((name) => join(pictures, name));
  writeFileSync(join(templates, "parameters/small.json"), '{ "store": {} }');
  write("Photos");

  expect(await updateDiagrams(templates, pictures, true)).toEqual(files);
  expect(await updateDiagrams(templates, pictures, false)).toEqual(files);
  expect(await updateDiagrams(templates, pictures, true)).toEqual([]);
  expect(readFileSync(files[0] ?? "", "utf8")).toContain(">Photos</text>");

  write("Films");
  expect(await updateDiagrams(templates, pictures, true)).toEqual(files);
});
