import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRealStage, type Stage } from "../stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createRealStage();
});
afterAll(() => stage?.close());

const ownTemplates = fileURLToPath(new URL("../../../../infra-templates/", import.meta.url));
const own = (name: string) => readFile(`${ownTemplates}${name}.yaml`, "utf8");

test("a database's data are named, and the snapshot that is kept", async () => {
  await stage.templates({ network: await own("network"), database: await own("database") });
  await stage.run({});
  const database = (await own("database")).replace("DBName: COFFEE", "DBName: TEA");
  await stage.templates({ network: await own("network"), database });
  const { summary } = await stage.run({ mode: "plan" });
  expect(summary).toContain(
    "Database (AWS::RDS::DBInstance) is replaced, and with it goes its data (a snapshot is kept; the new one begins empty).",
  );
  expect(summary).toContain("DBName: COFFEE → TEA");
});
