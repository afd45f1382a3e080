import { check, expectAllGreen } from "@ecs-delivery/actions/check-lab/src/check.support";
import { createStage } from "@ecs-delivery/actions/provision-stack/src/stage.support";
import { it, onTestFinished } from "vitest";
import { buildByTemplates, buildMixed } from "./lab-account.support.ts";

it.each([
  ["by the templates", buildByTemplates],
  ["partly manually, partly by the templates", buildMixed],
])("check-lab passes every item of an account made %s", async (_, build) => {
  const stage = await createStage({ account: "academy" });
  onTestFinished(() => stage.close());
  await build(stage);
  expectAllGreen(await check(stage.simulator));
});
