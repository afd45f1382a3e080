import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { estimateProfile } from "./estimate.support.ts";
import { keyOf } from "./estimate.ts";

/** Sheets have at least five digits after the point. */
const digits = 4;

interface Row {
  readonly name: string;
  readonly arithmetic: string;
  readonly usd: number;
}

function readSheet(name: string): Row[] {
  const text = readFileSync(join(import.meta.dirname, `sheets/${name}.md`), "utf8");
  const rows = text
    .split("\n")
    .flatMap((line) => /^\| (.+?) \| (.*?) ?\| ([\d.]+) \|$/.exec(line)?.slice(1) ?? []);
  return Array.from({ length: rows.length / 3 }, (_, index) => {
    const [name = "", arithmetic = "", usd = ""] = rows.slice(index * 3);
    return { name, arithmetic, usd: Number(usd) };
  });
}

/** Calculates the part before a remark in words. */
function calculate(arithmetic: string): number {
  const formula = arithmetic.replace(/ \([^()]*[a-zA-Z].*\)$/, "");
  const script = formula.replaceAll("×", "*").replaceAll("−", "-");
  if (!/^[\d.\s()*/+-]+$/.test(script)) throw new Error(`no arithmetic: ${arithmetic}`);
  return new Function(`return ${script};`)();
}

const sheets = [
  { sheet: "standard", profile: "standard", usage: undefined },
  { sheet: "standard-lab", profile: "standard", usage: "actions/estimate-cost/usage/lab.yaml" },
  { sheet: "academy", profile: "academy", usage: undefined },
  { sheet: "academy-lab", profile: "academy", usage: "actions/estimate-cost/usage/lab.yaml" },
];

test.each(sheets)("estimates the sheet $sheet line by line", ({ sheet, profile, usage }) => {
  const { lines, monthly, yearly } = estimateProfile(profile, usage);
  const rows = readSheet(sheet);
  const totals = new Map(
    rows.filter(({ name }) => name.startsWith("**")).map(({ name, usd }) => [name, usd]),
  );
  const byHand = rows.filter(({ name }) => !name.startsWith("**"));
  const rounded = (usd: number) => usd.toFixed(digits);
  expect(
    Object.fromEntries(
      lines.map((line) => [keyOf(line).replace(/\/([^/]*)$/, " $1"), rounded(line.monthly)]),
    ),
  ).toEqual(Object.fromEntries(byHand.map(({ name, usd }) => [name, rounded(usd)])));
  for (const { name, arithmetic, usd } of rows)
    if (arithmetic) expect(calculate(arithmetic), name).toBeCloseTo(usd, digits);
  const sum = byHand.reduce((total, { usd }) => total + usd, 0);
  expect(totals.get("**a month**")).toBeCloseTo(sum, digits);
  expect(monthly).toBeCloseTo(sum, digits);
  expect(totals.get("**12 months**")).toBeCloseTo(yearly, digits - 1);
});
