import reference from "../../reference-cost.json" with { type: "json" };
import { billed, type FoundSheet, findSheets, monthlyOf, unbilled } from "../cost-sheet.ts";
import type { Item } from "../item.ts";
import { verdict } from "../outcome.ts";
import { type CostSheet, plain } from "../read-cost-sheet.ts";

const guide = "The table in docs/lab/phase-1-plan-and-cost says what to enter.";
const exportAgain = {
  console: `calculator.aws: Export → CSV, commit the file as costs.csv. ${guide}`,
  cli: "Export the estimate of calculator.aws as costs.csv; git add costs.csv; git commit; git push.",
  templates: "Run Estimate cost and commit its cost.csv.",
};

/** A sheet whose amount for a service is within this factor of ours rests on reasonable sizes. */
const factor = 2;
/** Extended Support for two vCPU of MySQL 8.0, which is out of standard support; a sheet may include it. */
const extendedSupport = 146;

/** US East (N. Virginia), USA Est (Virginie du Nord); some services have no region. */
const courseRegion = /virgini|us-east-1|^(?:global|mondial)/i;

const drawings = /\.(?:drawio|dio|excalidraw|mmd|mermaid)(?:\.(?:png|svg))?$/i;
const pictures = /\.(?:png|svg|pdf|jpe?g|webp)$/i;
const isDocument = /\.md$/i;

/** A drawing tool's file under any name; a picture or a document whose path says it, in English or French. */
export const isDiagram = (path: string) =>
  drawings.test(path) ||
  ((pictures.test(path) || isDocument.test(path)) &&
    /archi|diagram|schema|design|infra[^/]*$/.test(plain(path)));

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
      const paths = await checkout.paths();
      let found = paths.find((path) => isDiagram(path) && !isDocument.test(path));
      // GitHub draws Mermaid in Markdown.
      for (const path of paths.filter((path) => isDiagram(path) && isDocument.test(path)).slice(0, 50))
        if (/^ {0,3}```mermaid\b/m.test((await checkout.text(path)) ?? "")) found ??= path;
      const picture = paths.find((path) => pictures.test(path));
      const rename = `git mv "${picture}" docs/architecture${/\.\w+$/.exec(picture ?? "")?.[0]}; git commit; git push`;
      return verdict(
        found ? [] : ["no picture with architecture or diagram in its path"],
        `${found}`,
        picture ? { cli: `If ${picture} is the diagram: ${rename}` } : {},
      );
    },
  },
  {
    id: "1.cost-sheet",
    title: "The repository has a cost estimate for us-east-1, as CSV of AWS's calculator",
    fix: exportAgain,
    check: forSheet((sheet) => {
      const elsewhere = sheet.rows.filter(({ region }) => region && !courseRegion.test(region));
      const problems = [
        ...elsewhere.map(({ service, region }) => `: ${service} is in ${region}, not us-east-1`),
        ...sheet.problems.map((problem) => `: ${problem}`),
      ];
      // The total is wrong because of the same row.
      const named = [...absentFrom(sheet), ...chargedIn(sheet), ...compared(sheet).filter(isFar)];
      if (named.length === 0) problems.push(...sheet.wrongSums.map((problem) => `: ${problem}`));
      return [problems, `: ${sheet.rows.length} rows, $${sheet.monthly.toFixed(2)} a month`];
    }),
  },
  {
    id: "1.cost-complete",
    title: "The estimate has everything that the lab bills",
    fix: exportAgain,
    check: forSheet((sheet) => {
      const shown = (service: string) => (service === "Amazon VPC" ? "public IPv4 addresses" : service);
      return [
        absentFrom(sheet).map((service) => ` has no ${shown(service)}`),
        ` has ${Object.keys(billed).join(", ")}`,
      ];
    }),
  },
  {
    id: "1.cost-free",
    title: "The estimate charges nothing that is free or not used",
    fix: exportAgain,
    check: forSheet((sheet) => [
      chargedIn(sheet).map(([name, , reason]) => ` charges for ${name}; ${reason}`),
      ` charges nothing for ${unbilled.map(([name]) => name).join(", ")}`,
    ]),
  },
  {
    id: "1.cost-amounts",
    title: `The amounts are within a factor of ${factor} of ours`,
    fix: exportAgain,
    check: forSheet((sheet) => {
      const rows = compared(sheet);
      return [rows.filter(isFar).map((row) => `: ${inWords(row)}`), `: ${rows.map(inWords).join("; ")}`];
    }),
  },
];

/** Returns the check of the student's own sheet, by problems and evidence that follow its path. */
function forSheet(judge: (sheet: CostSheet) => [problems: string[], evidence: string]): Item["check"] {
  return async ({ sources: { checkout } }) => {
    const [{ path, sheet }] = (await findSheets(checkout)) as [FoundSheet];
    const [problems, evidence] = judge(sheet);
    return verdict(
      problems.map((problem) => `${path}${problem}`),
      `${path}${evidence}`,
      {
        console: `calculator.aws: correct the estimate, Export → CSV, commit it as ${path}. ${guide}`,
        cli: `Correct the estimate, export it as ${path}; git add "${path}"; git commit; git push.`,
      },
    );
  };
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
