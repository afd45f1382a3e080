import { afterEach, beforeEach, it } from "vitest";
import { check, expectAllGreen } from "../actions/check-lab/src/check.support.ts";
import { createStage, type Stage } from "../actions/provision-stack/src/stage.support.ts";
import { buildByTemplates, buildMixed } from "./lab-account.support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await createStage({ account: "academy" });
});
afterEach(() => stage?.close());

it("check-lab passes every item of an account made by the templates", async () => {
  await buildByTemplates(stage);
  expectAllGreen(await check(stage.simulator));
});

it("check-lab passes every item of an account made partly by hand, partly by the templates", async () => {
  await buildMixed(stage);
  expectAllGreen(await check(stage.simulator));
});
