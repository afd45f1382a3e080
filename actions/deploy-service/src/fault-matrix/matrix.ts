import { afterAll, beforeAll, describe, test } from "vitest";
import { deploy } from "../deploy.ts";
import { newRecord } from "../record.ts";
import { type Family, families } from "./back-ends.ts";
import { playRow } from "./play-row.ts";
import { rows } from "./rows.ts";
import { createScene, type Scene } from "./scene.ts";

/** Declares a test for every row of every back end of the family, which share one simulated account. */
export function playMatrix(family: Family): void {
  let scene: Scene;
  beforeAll(async () => {
    scene = await createScene(family);
    await goLive(scene);
  });
  afterAll(() => scene?.stage.close());

  describe.each(families[family])("%s", (backEnd) => {
    const own = rows.filter(({ backEnds }) => backEnds.includes(backEnd));
    test.each(own.map((row) => [[row.fault, row.when].filter(Boolean).join(", "), row] as const))(
      "%s",
      (_, row) => playRow(scene, row, backEnd),
    );
  });
}

/** A first revision of the matrix's own program. */
async function goLive(scene: Scene): Promise<void> {
  const { stage } = scene;
  const file = await scene.taskDefinition(scene.version("good"));
  await deploy(stage.world(), stage.inputs(file), newRecord("", "web"));
}
