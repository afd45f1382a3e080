import { afterAll, beforeAll, expect, test } from "vitest";
import { createRealStage, ownTemplate, type Stage } from "../stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createRealStage();
});
afterAll(() => stage?.close());

test("names a database's data, and the snapshot that is kept", async () => {
  await stage.templates({ network: await ownTemplate("network"), database: await ownTemplate("database") });
  await stage.run({});
  const database = (await ownTemplate("database")).replace("DBName: COFFEE", "DBName: TEA");
  await stage.templates({ network: await ownTemplate("network"), database });
  const { summary } = await stage.run({ mode: "plan" });
  expect(summary).toContain(
    "Database (AWS::RDS::DBInstance) is replaced, which loses its data (a snapshot is kept; the new one starts empty).",
  );
  expect(summary).toContain("DBName: COFFEE → TEA");
});
