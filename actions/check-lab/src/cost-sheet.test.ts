import { join } from "node:path";
import Papa from "papaparse";
import { expect, it } from "vitest";
import { readCostStacks } from "../../cost/cost-stacks.ts";
import { type Estimate, estimateCosts } from "../../cost/estimate.ts";
import { estimateCsv } from "../../cost/formats.ts";
import { readPriceList } from "../../cost/price-list.ts";
import { readTaskSizes } from "../../cost/task-sizes.ts";
import { readUsage } from "../../cost/usage.ts";
import reference from "../reference-cost.json" with { type: "json" };
import templateSheets from "../template-sheets.json" with { type: "json" };
import { checkoutOf, costSheet } from "./check.support.ts";
import { billed, isFromTemplates, monthlyOf } from "./cost-sheet.ts";
import type { Lab } from "./lab.ts";
import { findOwnWork } from "./own-work.ts";
import { type CostSheet, readCostSheet } from "./read-cost-sheet.ts";

const templates = join(import.meta.dirname, "../../../infra-templates");

const estimate = (profile: string, usage?: string): Estimate =>
  estimateCosts({
    stacks: readCostStacks({
      templatesFolder: templates,
      parametersFile: join(templates, `parameters/${profile}.json`),
    }),
    priceList: readPriceList(),
    usage: readUsage(usage && join(import.meta.dirname, "../../estimate-cost/usage", usage)),
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

const read = (text: string) => readCostSheet(Buffer.from(text)) as CostSheet;

const whyNotOwn = (text: string) => {
  const sources = { checkout: checkoutOf({ "costs.csv": text }) };
  return findOwnWork({ sources } as unknown as Lab).whyNotCounted("1.cost-sheet");
};

it("recognises what the workflow Estimate cost gives, also after a French spreadsheet has saved it", async () => {
  const texts: [string, string][] = ["academy", "standard"].flatMap((profile) =>
    [undefined, "lab.yaml", "session.yaml"].map((usage): [string, string] => [
      `${profile} ${usage ?? "always"}`,
      estimateCsv(estimate(profile, usage)),
    ]),
  );
  const rounded = (text: string) =>
    [...Map.groupBy(read(text).rows, ({ service }) => service)].map(([service, rows]) => {
      return [service, Number(rows.reduce((sum, { monthly }) => sum + monthly, 0).toFixed(2))];
    });
  expect(Object.fromEntries(texts.map(([name, text]) => [name, Object.fromEntries(rounded(text))]))).toEqual(
    templateSheets,
  );
  for (const [, text] of texts) {
    const french = Papa.unparse(
      Papa.parse<string[]>(text, { skipEmptyLines: true }).data.map((row) =>
        row.map((cell) => (/^\d+\.\d+$/.test(cell) ? Number(cell).toFixed(2).replace(".", ",") : cell)),
      ),
      { delimiter: ";" },
    );
    expect([text, french].map((each) => isFromTemplates(read(each)))).toEqual([true, true]);
    expect(read(french).problems).toEqual([]);
    expect(read(french).wrongSums).toEqual([]);
    expect(await whyNotOwn(french)).toContain("what Estimate cost gives");
  }
  expect(isFromTemplates(read(costSheet))).toBe(false);
  expect(await whyNotOwn(costSheet)).toBeUndefined();
  expect(isFromTemplates(read((texts[0]?.[1] ?? "").replace(/^AWS Fargate[^\n]*\n/m, "")))).toBe(false);
});

/** The calculator's export of the fixture, as French names, separators and spaces change it. */
const french = costSheet
  .replace(/"([^"]*)"/g, (_, text: string) => text.replaceAll(",", " "))
  .replace(
    "Upfront cost,Monthly cost,Total 12 months cost,Currency",
    "Coût initial,Coût mensuel,Coût total sur 12 mois,Devise",
  )
  .replace(
    /Group hierarchy.*/,
    "Hiérarchie des groupes,Région,Description,Service,Initial,Mensuel,Total des 12 premiers mois,Devise,Statut,Résumé",
  )
  .replaceAll("US East (N. Virginia)", "USA Est (Virginie du Nord)")
  .replaceAll(",", ";")
  .replace(/\d+\.\d\d/g, (number) => number.replace(".", ","))
  .replace("1184,40", "1\u202f184,40\u00a0$");

it.each<[string, Uint8Array | string]>([
  ["as AWS's calculator exports it", costSheet],
  ["in French", french],
  ["with a byte order mark", `\uFEFF${french}`],
  ["after the line of Excel's separator", `sep=;\r\n${french}`],
  ["in Windows-1252", Buffer.from(french.replace("\u202f", "\u00a0"), "latin1")],
  ["in UTF-16", Buffer.from(`\uFEFF${french}`, "utf16le")],
  ["in UTF-16, big endian", Buffer.from(`\uFEFF${french}`, "utf16le").swap16()],
  ["separated by tabs", french.replaceAll(";", "\t")],
  [
    "of one's own, with a year's amounts alone",
    `Service;Coût annuel ($)\n${[...read(costSheet).rows].map(({ service, monthly }) => `${service};${(12 * monthly).toFixed(2).replace(".", ",")}`).join("\n")}\n`,
  ],
  ["with the twelve months alone", french.replace(/^(Hiér.*;)Mensuel;/m, "$1État;")],
])("reads a sheet %s", (_, text) => {
  const sheet = readCostSheet(Buffer.from(text)) as CostSheet;
  expect(sheet.monthly).toBeCloseTo(98.7, 2);
  expect({ ...sheet, rows: sheet.rows.length }).toMatchObject({ rows: 6, problems: [], wrongSums: [] });
  expect(Object.keys(billed).filter((name) => !monthlyOf(sheet, billed[name] ?? /^$/))).toEqual([]);
});

it.each([
  ["36,04", ";", 36.04],
  ["1 234,56 $", ";", 1234.56],
  ["1\u00a0234,56", ";", 1234.56],
  ["1\u202f234,56 USD", "\t", 1234.56],
  ["1.234,56", ";", 1234.56],
  ["1'234.56", ";", 1234.56],
  ['"$1,234.56"', ",", 1234.56],
  ['"1,234"', ",", 1234],
  ["1,234", ";", 1.234],
  ['"\'36.04"', ",", 36.04],
  ['"=""36,04"""', ";", 36.04],
  [" -   $ ", ";", 0],
  ["gratuit", ";", 0],
])("reads the amount %s", (cell, separator, usd) => {
  const lines = [
    "Service,Heures par mois,Coût mensuel",
    "AWS Fargate,730,CELL",
    "Amazon EC2,80,1",
    "Total,,",
  ];
  expect(read(lines.join("\n").replaceAll(",", separator).replace("CELL", cell)).monthly).toBe(usd + 1);
});

const table = "Service,Monthly,12 months\nAWS Fargate,36.04,432.48\nAmazon EC2,10.00,120.00\n";
it.each([
  ["another currency in its head", table.replace("Monthly", "Monthly (EUR)"), [/in EUR/], []],
  ["a wrong year", table.replace("120.00", "100.00"), [], [/^Amazon EC2: 12 months are not 12/]],
  ["subtotals and no total", `${table}Sous-total calcul,46.04,\n`, [], []],
  ["a right total without a service", table.replace(/^/gm, ",").replace(/^,$/m, "TOTAL,,46.04,"), [], []],
])("reports %s", (_, text, problems, wrongSums) => {
  const expected = (texts: readonly (string | RegExp)[]) =>
    texts.map((each) => (typeof each === "string" ? each : expect.stringMatching(each)));
  expect(read(text)).toMatchObject({ problems: expected(problems), wrongSums: expected(wrongSums) });
});

it.each(["", "name,age\nada,36\n", "Service,Monthly\nAWS Fargate,soon\n", "\uFEFF", "\0\x01\xff"])(
  "takes %j for no cost sheet",
  (text) => {
    expect(readCostSheet(Buffer.from(text, "latin1"))).toBeUndefined();
  },
);
