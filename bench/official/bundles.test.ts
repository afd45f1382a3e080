import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkOfficial } from "./bundles.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundles-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("asks for a missing bundle by repository, version and place", async () => {
  await expect(checkOfficial(folder, "render")).rejects.toThrow(
    /render.index\.js does not exist\. Fix: git clone --branch v1\.9\.0 .*\/amazon-ecs-render-task-definition/,
  );
});

test("uses a version other than the tested one and says so", async () => {
  await mkdir(join(folder, "deploy"));
  await writeFile(join(folder, "deploy", "index.js"), "");
  await expect(checkOfficial(folder, "deploy")).resolves.toMatch(/not the dist\/index\.js of v2\.6\.3/);
});
