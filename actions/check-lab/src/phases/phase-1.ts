import reference from "../../reference-cost.json" with { type: "json" };
import { billed, type FoundSheet, findSheets, monthlyOf, unbilled } from "../cost-sheet.ts";
import type { Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { verdict } from "../outcome.ts";
import type { CostSheet } from "../read-cost-sheet.ts";

const guide = "The table in docs/lab/phase-1-plan-and-cost says what to enter.";
const exportAgain = {
  console: `calculator.aws: correct the estimate, Export → CSV, commit the file. ${guide}`,
  cli: "Export the corrected estimate of calculator.aws as costs.csv; git add costs.csv; git commit; git push.",
  templates: "Run Estimate cost and commit its cost.csv.",
};
/** A sheet whose amount for a service is within this factor of ours rests on reasonable sizes. */
const factor = 2;
/** Extended Support for two vCPU of MySQL 8.0, which is out of standard support; a sheet may include it. */
const extendedSupport = 146;

/** US East (N. Virginia), USA Est (Virginie du Nord); some services have no region. */
const courseRegion = /virgini|us-east-1|^(?:global|mondial)/i;

/** Diagram and costs. */
export const phase1: readonly Item[] = [
  {
    id: "1.diagram",
    title: "The repository has an architecture diagram",
    fix: {
      console:
        "Draw it (draw.io, Lucidchart), export it as PNG or SVG and commit it as docs/architecture.png.",
      cli: "git add docs/architecture.png docs/architecture.drawio, git commit, git push",
      templates: "npm run docs writes the diagrams in docs/architecture.md from the templates.",
    },
    check: async ({ sources: { checkout } }) => {
      const named = (await checkout.paths()).filter((path) => /archi|diagram|schema|design/i.test(path));
      let found = named.find((path) => /\.(drawio|png|svg|pdf|jpe?g|webp|mmd|mermaid)$/i.test(path));
      // GitHub draws Mermaid in Markdown.
      for (const path of named.filter((path) => /\.md$/i.test(path)).slice(0, 50))
        if (/^ {0,3}```mermaid\b/m.test((await checkout.text(path)) ?? "")) found ??= path;
      return verdict(found ? [] : ["no picture with architecture or diagram in its path"], `${found}`);
    },
  },
  {
    id: "1.cost-sheet",
    title: "The repository has a cost estimate for us-east-1, as CSV of AWS's calculator",
    fix: exportAgain,
    check: async (lab) => {
      const { path, sheet } = await findSheet(lab);
      const elsewhere = sheet.rows.filter(({ region }) => region && !courseRegion.test(region));
      const problems = [
        ...elsewhere.map(({ service, region }) => `${service} is in ${region}, not us-east-1`),
        ...sheet.problems,
      ];
      // The total is wrong because of the same row.
      const named = [...absentFrom(sheet), ...chargedIn(sheet), ...compared(sheet).filter(isFar)];
      if (named.length === 0) problems.push(...sheet.wrongSums);
      return verdict(
        problems.map((problem) => `${path}: ${problem}`),
        `${path}: ${sheet.rows.length} rows, $${sheet.monthly.toFixed(2)} a month`,
      );
    },
  },
  {
    id: "1.cost-complete",
    title: "The estimate has everything that the lab bills",
    fix: exportAgain,
    check: async (lab) => {
      const { path, sheet } = await findSheet(lab);
      return verdict(
        absentFrom(sheet).map(
          (service) => `${path} has no ${service === "Amazon VPC" ? "public IPv4 addresses" : service}`,
        ),
        `${path} has ${Object.keys(billed).join(", ")}`,
      );
    },
  },
  {
    id: "1.cost-free",
    title: "The estimate charges nothing that is free or not used",
    fix: exportAgain,
    check: async (lab) => {
      const { path, sheet } = await findSheet(lab);
      return verdict(
        chargedIn(sheet).map(([name, , reason]) => `${path} charges for ${name}; ${reason}`),
        `${path} charges nothing for ${unbilled.map(([name]) => name).join(", ")}`,
      );
    },
  },
  {
    id: "1.cost-amounts",
    title: `The amounts are within a factor of ${factor} of ours`,
    fix: exportAgain,
    check: async (lab) => {
      const { path, sheet } = await findSheet(lab);
      const rows = compared(sheet);
      return verdict(
        rows.filter(isFar).map((row) => `${path}: ${inWords(row)}`),
        `${path}: ${rows.map(inWords).join("; ")}`,
      );
    },
  },
];

async function findSheet({ sources: { checkout } }: Lab): Promise<FoundSheet> {
  return (await findSheets(checkout))[0] as FoundSheet;
}

const absentFrom = (sheet: CostSheet) =>
  Object.keys(billed).filter((service) => monthlyOf(sheet, billed[service] ?? /^$/) === undefined);

const chargedIn = (sheet: CostSheet) =>
  unbilled.filter(([, pattern]) => (monthlyOf(sheet, pattern) ?? 0) > 0);

interface Compared {
  readonly service: string;
  readonly ours: number;
  readonly theirs: number;
}

function compared(sheet: CostSheet): Compared[] {
  return Object.entries(reference).flatMap(([service, ours]) => {
    const theirs = monthlyOf(sheet, billed[service] ?? /^$/);
    return theirs === undefined ? [] : [{ service, ours, theirs }];
  });
}

function isFar({ service, ours, theirs }: Compared): boolean {
  const most = ours + (service === "Amazon RDS" ? extendedSupport : 0);
  return theirs < ours / factor || theirs > most * factor;
}

const inWords = ({ service, ours, theirs }: Compared) =>
  `${service} $${theirs.toFixed(2)}, ours $${ours.toFixed(2)}`;
