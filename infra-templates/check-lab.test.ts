import {
  check,
  checkoutOf,
  expectAllGreen,
  itemsOf,
  ownFiles,
} from "@ecs-delivery/actions/check-lab/src/check.support";
import { createStage } from "@ecs-delivery/actions/provision-stack/src/stage.support";
import { expect, it, onTestFinished } from "vitest";
import {
  buildMixed,
  deployByTemplates,
  ownChange,
  provisionAll,
  releaseOwnChange,
  servicesCode,
} from "./lab-account.support.ts";

async function openStage() {
  const stage = await createStage({ account: "academy", networks: "enforce" });
  onTestFinished(() => stage.close());
  return stage;
}

it("gives all points to an account made partly manually, partly by the templates", async () => {
  const stage = await openStage();
  await buildMixed(stage);
  expectAllGreen(await check(stage.simulator));
});

it("counts what the templates made once the student has released a change of their own", async () => {
  const stage = await openStage();
  const percents: Record<string, number> = {};
  const note = async (state: string, files: Readonly<Record<string, string>>) => {
    const report = await check(stage.simulator, { checkout: checkoutOf(files) });
    percents[state] = report.score.percent;
    return report;
  };
  const fork = servicesCode();
  await note("the course's account", {});
  await note("a fork", fork);
  await provisionAll(stage);
  await note("a fork with Provision", fork);
  await deployByTemplates(stage);
  await note("a fork with Provision and Deploy", fork);
  const changed = { ...fork, ...ownChange(), ...ownFiles };
  await note("own change and cost sheet, not released", changed);
  await releaseOwnChange(stage);
  const report = await note("own change, released", changed);
  expect(itemsOf(report, "fail")).toEqual([]);
  expect(percents).toEqual({
    "the course's account": 0,
    "a fork": 0,
    "a fork with Provision": 0,
    "a fork with Provision and Deploy": 0,
    "own change and cost sheet, not released": 36,
    "own change, released": 98,
  });
  const uncounted = report.phases.flatMap(({ items }) => items).filter(({ notCounted }) => notCounted);
  expect(uncounted.map(({ id }) => id)).toEqual(["4.customer-reads"]);
});
