import type { Part } from "../core/card.ts";
import { counted, fold, markdownTable } from "../core/summary.ts";
import { formatChange, formatQuantity, formatUnitPrice, formatUsd } from "./cost-line.ts";
import { type CostChange, type CostDelta, type Estimate, type PricedLine, servicesOf } from "./estimate.ts";

/** Shows total, chart and table by AWS service; free resources and assumptions are folded. */
export function estimateSummary(estimate: Estimate): Part[] {
  const { monthly, yearly, priceList } = estimate;
  return [
    `### Cost: ${formatUsd(monthly)} a month, ${formatUsd(yearly)} in 12 months`,
    `List prices of ${priceList.region} of ${priceList.date}, without tax, credits or the offers for new accounts.`,
    costChart(estimate),
    lineTable(estimate),
    zeroTable(estimate),
    fold(`Free: ${counted(estimate.freeResources.length, "resource")}`, freeTable(estimate)),
    fold("Assumed usage", usageTable(estimate)),
  ];
}

/** Draws the services' shares. Empty when nothing costs anything. */
function costChart({ lines }: Estimate): Part {
  // A service below half a cent has no slice, and mermaid does not accept zero.
  const slices = [...servicesOf(lines)].filter(([, usd]) => usd >= 0.005);
  return slices.length === 0 ? "" : { title: "US dollars a month", slices };
}

const lineHead = ["Item", "Resource", "Quantity", "Unit price", "Monthly", "12 months"];

/** Less than half a cent a month. */
const isZero = ({ monthly }: PricedLine) => monthly < 0.005;

function lineTable({ lines, monthly, yearly }: Estimate): string {
  const billed = lines.filter((line) => !isZero(line));
  const rows = [...servicesOf(billed)].flatMap(([service, usd]) => [
    [`**${service}**`, "", "", "", formatUsd(usd), formatUsd(12 * usd)],
    ...billed.filter(({ price }) => price.service === service).map(lineRow),
  ]);
  return markdownTable(lineHead, [...rows, ["**Total**", "", "", "", formatUsd(monthly), formatUsd(yearly)]]);
}

function zeroTable({ lines }: Estimate): string {
  const zero = lines.filter(isZero);
  return zero.length === 0
    ? ""
    : fold(
        `Costs less than a cent: ${counted(zero.length, "item")}`,
        markdownTable(lineHead, zero.map(lineRow)),
      );
}

function lineRow(line: PricedLine): string[] {
  const { price, quantity, free, basis, monthly } = line;
  const given = free > 0 ? `; ${formatQuantity(free)} free` : "";
  return [
    `· ${price.description}`,
    `${line.template}/${line.resource}`,
    `${formatQuantity(quantity)} (${basis}${given})`,
    `${formatUnitPrice(price.usd)} / ${price.unit}`,
    formatUsd(monthly),
    formatUsd(12 * monthly),
  ];
}

function freeTable({ freeResources }: Estimate): string {
  const rows = freeResources.map(({ template, resource, type, reason }) => [
    `${template}/${resource}`,
    type,
    reason,
  ]);
  return markdownTable(["Resource", "Type", "Why it is free"], rows);
}

function usageTable({ usage }: Estimate): string {
  const known = Object.entries(usage).filter(([, value]) => value !== undefined);
  return markdownTable(
    ["Usage a month", "Value"],
    known.map(([key, value]) => [key, String(value)]),
  );
}

/** Shows the cost of a change, for the summary of a plan. */
export function deltaMarkdown(delta: CostDelta): string {
  const { before, after, changes } = delta;
  const change = after - before;
  const head = `### Cost of this change: ${formatChange(change)} a month, ${formatChange(12 * change)} in 12 months`;
  if (changes.length === 0) return `${head}\n\nNothing that is billed changes: ${formatUsd(after)} a month.`;
  const total = ["", "**Total**", "", formatUsd(before), formatUsd(after), formatChange(change)];
  const zero = changes.filter(isFree);
  return [
    head,
    fold(
      counted(changes.length - zero.length, "item"),
      changeTable([...changes.filter((each) => !isFree(each)).map(changeRow), total]),
    ),
    zero.length > 0
      ? fold(`Changes nothing in the cost: ${counted(zero.length, "item")}`, changeTable(zero.map(changeRow)))
      : "",
  ]
    .filter(Boolean)
    .join("\n\n");
}

function isFree({ before, after }: CostChange): boolean {
  return Math.abs(after - before) < 0.005;
}

function changeTable(rows: readonly string[][]): string {
  return markdownTable(["Change", "Resource", "Item", "Before", "After", "Change a month"], rows);
}

function changeRow({ kind, line, before, after }: CostChange): string[] {
  return [
    kind,
    `${line.template}/${line.resource}`,
    line.price.description,
    formatUsd(before),
    formatUsd(after),
    formatChange(after - before),
  ];
}
