import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cancelled } from "../../../shared/failure.ts";
import { docker, openWorkshop, pushNodeBase, run, type Workshop } from "./docker-for-tests.ts";

let workshop: Workshop;
let base: string;
beforeAll(async () => {
  workshop = await openWorkshop();
  base = await pushNodeBase(workshop);
});
afterAll(() => workshop.close());

it("ends the build and leaves no process, no folder and no image when the step is cancelled", async () => {
  const controller = new AbortController();
  const mark = `cancelled-build-of-${process.pid}`;
  const say = (line: string) => {
    if (line.includes("running now")) controller.abort(new Cancelled("SIGINT"));
  };
  const folders = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith("build-image-") && !name.includes("test"));
  const before = await folders();
  const building = workshop.build(
    {
      Dockerfile: `FROM ${base}\nRUN ["node", "-e", "console.log('running now'); setInterval(() => {}, 1000) // ${mark}"]`,
    },
    { environment: { signal: controller.signal, log: { info: say, notice: say, warning: say } } },
  );
  await expect(building).rejects.toBeInstanceOf(Cancelled);
  const { stdout: processes } = await run("ps", ["-eo", "args"]);
  expect(processes).not.toContain(mark);
  expect((await folders()).filter((name) => !before.includes(name))).toEqual([]);
  expect(await docker("images", "--quiet", `${workshop.host}/customer`)).toBe("");
  const { imageDetails } = await workshop.simulator.aws.ecr.describeImages({ repositoryName: "customer" });
  expect(imageDetails).toEqual([]);
});
