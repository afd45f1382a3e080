import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { playMatrix } from "./delivery/fault-matrix/support/matrix.ts";
import { rowsOfCauses } from "./delivery/fault-matrix/support/rows/true-causes.ts";
import { createScene, type Scene } from "./delivery/fault-matrix/support/scene.ts";
import { readRunInputs } from "./run-task/src/inputs.ts";
import { RunRecord } from "./run-task/src/record.ts";
import { run } from "./run-task/src/run-task.ts";

describe("a deployment", () => playMatrix("rolling", "process", rowsOfCauses));

describe("the same crashes of a task that run-task starts", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await createScene("rolling", "process");
  });
  afterAll(() => scene?.stage.close());

  test.each(rowsOfCauses.map((row) => [row.fault, row] as const))(
    "%s",
    async (fault, { draft, expect: end }) => {
      const version = scene.version("good");
      const file = await scene.taskDefinition(version, (written) => draft?.(written, scene));
      const given: Record<string, string> = { cluster: "main", "task-definition": file, service: "web" };
      const inputs = readRunInputs((name) => given[name] ?? "");
      const context = { ...scene.stage.context(), clock: scene.clock };
      const message = await run(context, inputs, new RunRecord("main")).then(
        () => "succeeded",
        (error: Error) => error.message,
      );
      // A task, unlike a service, may end with success.
      expect(message).toMatch(/with success/.test(fault) ? /^succeeded$/ : (end.cause ?? /./));
    },
  );
});
