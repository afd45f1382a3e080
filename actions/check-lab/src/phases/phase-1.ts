import reference from "../../reference-cost.json" with { type: "json" };
import { billed, type CostSheet, monthlyOf, readCostSheet, unbilled } from "../cost-sheet.ts";
import type { Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { Missing, verdict } from "../outcome.ts";

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
      const elsewhere = sheet.rows.filter(({ region }) => region && !/virginia|us-east-1/i.test(region));
      return verdict(
        elsewhere.map(({ service, region }) => `${path}: ${service} is in ${region}, not us-east-1`),
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
      const absent = Object.entries(billed).filter(([, pattern]) => monthlyOf(sheet, pattern) === undefined);
      return verdict(
        absent.map(
          ([service]) => `${path} has no ${service === "Amazon VPC" ? "public IPv4 addresses" : service}`,
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
      const charged = unbilled.filter(([, pattern]) => (monthlyOf(sheet, pattern) ?? 0) > 0);
      return verdict(
        charged.map(([name, , reason]) => `${path} charges for ${name}; ${reason}`),
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
      const compared = Object.entries(reference).flatMap(([service, ours]) => {
        const theirs = monthlyOf(sheet, billed[service] ?? /^$/);
        return theirs === undefined ? [] : [{ service, ours, theirs }];
      });
      const far = compared.filter(({ service, ours, theirs }) => {
        const most = ours + (service === "Amazon RDS" ? extendedSupport : 0);
        return theirs < ours / factor || theirs > most * factor;
      });
      const inWords = (rows: typeof compared) =>
        rows.map(({ service, ours, theirs }) => `${service} $${theirs.toFixed(2)}, ours $${ours.toFixed(2)}`);
      return verdict(
        inWords(far).map((text) => `${path}: ${text}`),
        `${path}: ${inWords(compared).join("; ")}`,
      );
    },
  },
];

async function findSheet({ sources: { checkout } }: Lab): Promise<{ path: string; sheet: CostSheet }> {
  for (const path of (await checkout.paths()).filter((path) => /\.csv$/i.test(path)).slice(0, 50)) {
    const sheet = readCostSheet((await checkout.text(path)) ?? "");
    if (sheet) return { path, sheet };
  }
  throw new Missing(`${checkout.name} has no CSV file of AWS's calculator`);
}
