import templateSheets from "../template-sheets.json" with { type: "json" };
import { Missing } from "./outcome.ts";
import { type CostSheet, readCostSheet } from "./read-cost-sheet.ts";
import type { Checkout } from "./sources.ts";

/** Names of the calculator for what the lab bills, by AWS service. */
export const billed: { readonly [service: string]: RegExp } = {
  "AWS Fargate": /fargate/i,
  "Elastic Load Balancing": /load balanc|[ée]quilibr/i,
  "Amazon VPC": /\bvpc\b|virtual private cloud|cloud priv[ée] virtuel|ipv4|ip address|adresses? ip/i,
  "Amazon RDS": /\brds\b|relational database|base de donn[ée]es relationnelle/i,
  "Amazon EC2": /\bec2\b|elastic compute|cloud9/i,
};

/** Services without a price in the lab, or not used in it. */
export const unbilled: readonly (readonly [name: string, pattern: RegExp, reason: string])[] = [
  ["IAM", /\biam\b|identity and access|gestion des identit/i, "it is free"],
  ["CodeDeploy", /codedeploy/i, "it is free for ECS"],
  ["CodeBuild", /codebuild/i, "the lab does not use it"],
  ["EKS", /\beks\b|kubernetes/i, "the lab does not use it"],
  ["Lambda", /lambda/i, "the lab does not use it"],
];

export function monthlyOf({ rows }: CostSheet, pattern: RegExp): number | undefined {
  const found = rows.filter(({ service }) => pattern.test(service));
  return found.length === 0 ? undefined : found.reduce((sum, { monthly }) => sum + monthly, 0);
}

/** Whether the sheet is what the workflow Estimate cost gives for the templates, however it was saved since. */
export function isFromTemplates(sheet: CostSheet): boolean {
  const own: { [service: string]: number } = {};
  for (const { service, monthly } of sheet.rows) own[service] = (own[service] ?? 0) + monthly;
  return Object.values<{ [service: string]: number }>(templateSheets).some(
    (given) =>
      Object.keys(given).sort().join() === Object.keys(own).sort().join() &&
      // A spreadsheet that shows cents saves cents, in each row.
      Object.entries(given).every(([name, usd]) => Math.abs(usd - (own[name] ?? 0)) < 0.05),
  );
}

export interface FoundSheet {
  readonly path: string;
  readonly sheet: CostSheet;
}

const mostFiles = 50;
const found = new WeakMap<Checkout, Promise<FoundSheet[]>>();

/** The cost sheets of a repository, first the one that the estimate is: by its name, else the most expensive. */
export function findSheets(checkout: Checkout): Promise<FoundSheet[]> {
  const known = found.get(checkout) ?? readSheets(checkout);
  found.set(checkout, known);
  return known;
}

async function readSheets(checkout: Checkout): Promise<FoundSheet[]> {
  const paths = (await checkout.paths()).filter((path) => /\.(?:csv|tsv)$/i.test(path)).slice(0, mostFiles);
  const sheets: FoundSheet[] = [];
  for (const path of paths) {
    const sheet = readCostSheet((await checkout.bytes(path)) ?? new Uint8Array());
    if (sheet) sheets.push({ path, sheet });
  }
  if (sheets.length === 0)
    throw new Missing(
      paths.length > 0
        ? `${paths.slice(0, 3).join(", ")}: no table of services with an amount a month (larger files than 5 MB are not read)`
        : `${checkout.name} has no CSV file of AWS's calculator`,
    );
  const isNamed = ({ path }: FoundSheet) => Number(/(?:^|\/)costs?\.(?:csv|tsv)$/i.test(path));
  return sheets.sort(
    (one, other) => isNamed(other) - isNamed(one) || other.sheet.monthly - one.sheet.monthly,
  );
}
