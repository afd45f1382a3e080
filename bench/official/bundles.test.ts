import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";
import { checkOfficial } from "./bundles.ts";

const folder = useEmptyFolder();

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
