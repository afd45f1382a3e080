import { afterAll, beforeAll, describe, test, vi } from "vitest";
import type { TaskRuntimeKind } from "../../../../../simulator/src/planes/tasks/runtime.ts";
import { hasDocker } from "../../../../../simulator/src/planes/tasks/runtimes-for-tests.ts";
import { deploy } from "../../deploy.ts";
import { newRecord } from "../../record.ts";
import { type Family, families } from "./back-ends.ts";
import { playRow } from "./play-row.ts";
import { rows } from "./rows.ts";
import { createScene, type Scene } from "./scene.ts";

/** Declares a test for every row of every back end of the family, which share one simulated account whose tasks have one runtime. */
export function playMatrix(family: Family, runtime: TaskRuntimeKind, played = rows): void {
  let scene: Scene;
  beforeAll(async () => {
    vi.stubEnv("SIMULATOR_TASK_RUNTIME", runtime);
    scene = await createScene(family);
    await goLive(scene);
  });
  afterAll(() => scene?.stage.close());

  for (const backEnd of families[family]) {
    const own = played.filter(
      ({ backEnds, runtimes = [runtime] }) => backEnds.includes(backEnd) && runtimes.includes(runtime),
    );
    if (own.length === 0) continue;
    describe.skipIf(runtime === "docker" && !hasDocker)(`${backEnd}, tasks run by ${runtime}`, () => {
      test.each(own.map((row) => [[row.fault, row.when].filter(Boolean).join(", "), row] as const))(
        "%s",
        (_, row) => playRow(scene, row, backEnd),
      );
    });
  }
}

/** A first revision of the matrix's own program. */
async function goLive(scene: Scene): Promise<void> {
  const { stage } = scene;
  const file = await scene.taskDefinition(scene.version("good"));
  await deploy(stage.world(), stage.inputs(file), newRecord("", "web"));
}
