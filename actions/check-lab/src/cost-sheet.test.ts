import { join } from "node:path";
import { expect, it } from "vitest";
import { readCostStacks } from "../../cost/cost-stacks.ts";
import { type Estimate, estimateCosts } from "../../cost/estimate.ts";
import { estimateCsv } from "../../cost/formats.ts";
import { readPriceList } from "../../cost/price-list.ts";
import { readTaskSizes } from "../../cost/task-sizes.ts";
import { readUsage } from "../../cost/usage.ts";
import reference from "../reference-cost.json" with { type: "json" };
import { readCostSheet } from "./cost-sheet.ts";

const templates = join(import.meta.dirname, "../../../infra-templates");

const estimate = (profile: string): Estimate =>
  estimateCosts({
    stacks: readCostStacks({
      templatesFolder: templates,
      parametersFile: join(templates, `parameters/${profile}.json`),
    }),
    priceList: readPriceList(),
    usage: readUsage(undefined),
    taskSizes: readTaskSizes(join(templates, "ecs")),
  });

it("compares with what our templates cost, and the course account's server and database", () => {
  const ofCourse = estimate("standard").lines.filter(({ template }) => /database|monolith/.test(template));
  const lines = [...estimate("academy").lines, ...ofCourse];
  const monthly = Object.keys(reference).map((service) => {
    const own = lines.filter(({ price }) => price.service === service);
    return [service, Number(own.reduce((sum, line) => sum + line.monthly, 0).toFixed(2))];
  });
  expect(Object.fromEntries(monthly)).toEqual(reference);
});

it("reads the sheet of our estimate-cost, too", () => {
  const own = estimate("academy");
  expect(readCostSheet(estimateCsv(own))?.monthly).toBeCloseTo(own.monthly, 2);
});

it.each([
  ["of a French spreadsheet", "Région;Service;Monthly\nus-east-1;AWS Fargate;36.04\n"],
  [
    "with quoted cells and a byte order mark",
    '\uFEFFRegion,Service,"Monthly"\r\n,"AWS ""Fargate""","$36.04"\r\n',
  ],
])("reads a sheet %s", (_, text) => {
  expect(readCostSheet(text)?.monthly).toBe(36.04);
});

it.each(["", "name,age\nada,36\n", "Service,Monthly\nAWS Fargate,soon\n"])(
  "takes %j for no cost sheet",
  (text) => {
    expect(readCostSheet(text)).toBeUndefined();
  },
);
