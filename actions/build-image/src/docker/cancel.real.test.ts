import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { Cancelled } from "../../../core/failure.ts";
import { docker, pushNodeBase, run, useWorkshop } from "./docker.support.ts";

const workshop = await useWorkshop();
let base: string;
beforeAll(async () => {
  base = await pushNodeBase(workshop);
});

/** Returns whether any process has the word among its arguments; a container's processes are visible to their host. */
async function isRunning(word: string): Promise<boolean> {
  const { stdout } = await run("ps", ["-eo", "args"]);
  return stdout.includes(word);
}

it("ends the build and leaves no process, no folder and no image when the step is cancelled", async () => {
  const controller = new AbortController();
  const mark = `cancelled-build-of-${process.pid}`;
  let lines = 0;
  const say = (line: string) => {
    // BuildKit may leave a step running whose start it has not yet noticed (moby/buildkit#2855), so not at the first one.
    if (line.includes("running now") && ++lines === 5) controller.abort(new Cancelled("SIGINT"));
  };
  const variables = { RUNNER_TEMP: join(workshop.folder, "temporary") };
  await mkdir(variables.RUNNER_TEMP);
  const building = workshop.build(
    {
      Dockerfile: `FROM ${base}\nRUN ["node", "-e", "setInterval(() => console.log('running now'), 500) // ${mark}"]`,
    },
    { variables, environment: { signal: controller.signal, log: { info: say, notice: say, warning: say } } },
  );
  await expect(building).rejects.toBeInstanceOf(Cancelled);
  // The engine ends the step's process on its own once its client has gone.
  await expect.poll(() => isRunning(mark), { timeout: 300_000 }).toBe(false);
  expect(await readdir(variables.RUNNER_TEMP)).toEqual([]);
  expect(await docker("images", "--quiet", `${workshop.host}/customer`)).toBe("");
  const { imageDetails } = await workshop.simulator.aws.ecr.describeImages({ repositoryName: "customer" });
  expect(imageDetails).toEqual([]);
});
