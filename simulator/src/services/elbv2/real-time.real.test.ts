import { afterEach, beforeEach, expect, it } from "vitest";
import { createRealEnvironment } from "../../test-environment.support.ts";
import { ask, forwardTo, type Stage, setStage } from "./stage.support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage(createRealEnvironment);
});
afterEach(() => stage.close());

const targetsOf = async (TargetGroupArn: string) =>
  (await stage.elbv2.describeTargetHealth({ TargetGroupArn })).TargetHealthDescriptions ?? [];

it("reports a new target that does not listen yet as initial, and uses it once it does", async () => {
  const group = await stage.createGroup("group");
  const { port } = await stage.listen(forwardTo(group));
  await stage.register(group, "10.0.1.5");
  // More check intervals than would fail a target that had been up before.
  await stage.environment.clock.wait(4 * 30_000);
  expect((await targetsOf(group))[0]?.TargetHealth).toMatchObject({ State: "initial" });
  expect((await ask(port)).status).toBe(503);
  await stage.serve("10.0.1.5", (_, response) => response.end("up"));
  await stage.until(group, "healthy");
  expect((await ask(port)).body).toBe("up");
});
