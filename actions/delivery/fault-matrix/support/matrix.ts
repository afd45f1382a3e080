import { hasDocker } from "@ecs-delivery/simulator/runtime/tasks/runtimes.support";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { deploy } from "../../deploy.ts";
import { DeploymentRecord } from "../../record.ts";
import { eachEngine, type Family, families, type Tasks } from "./back-ends.ts";
import { playRow } from "./play-row.ts";
import type { Row } from "./row.ts";
import { createScene, type Scene } from "./scene.ts";

/** Declares a test for every row of every back end of the family; they share one simulated account. */
export function playMatrix(family: Family, tasks: Tasks, rows: readonly Row[]): void {
  let scene: Scene;
  beforeAll(async () => {
    if (tasks !== "in-process") vi.stubEnv("SIMULATOR_TASK_RUNTIME", tasks);
    scene = await createScene(family, tasks);
    await goLive(scene);
  });
  afterAll(async () => {
    await scene?.stage.close();
    vi.unstubAllEnvs();
  });

  for (const backEnd of families[family]) {
    const own = rows.filter(({ backEnds = eachEngine }) => backEnds.includes(backEnd));
    if (own.length === 0) continue;
    describe.skipIf(tasks === "docker" && !hasDocker)(`${backEnd}, tasks: ${tasks}`, () => {
      test.each(own.map((row) => [[row.fault, row.when].filter(Boolean).join(", "), row] as const))(
        "%s",
        (_, row) => playRow(scene, row, backEnd),
      );
    });
  }
}

/** Deploys a first revision of the matrix's program. */
async function goLive(scene: Scene): Promise<void> {
  const { stage } = scene;
  const file = await scene.taskDefinition(scene.version("good"));
  await deploy(stage.context(), stage.inputs(file, { settleMs: 0 }), new DeploymentRecord("", "web"));
}
