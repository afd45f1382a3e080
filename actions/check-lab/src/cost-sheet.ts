/** A row of an estimate. */
interface CostRow {
  readonly service: string;
  readonly region: string;
  /** US dollars. */
  readonly monthly: number;
}

export interface CostSheet {
  readonly rows: readonly CostRow[];
  /** US dollars: the sum of the rows. */
  readonly monthly: number;
}

/**
 * Reads the table of an AWS Pricing Calculator export (Group hierarchy, Region, Description, Service, Upfront, Monthly, …)
 * or of our estimate-cost (service, …, monthly (USD), …). Undefined for another CSV file.
 */
export function readCostSheet(text: string): CostSheet | undefined {
  const lines = parseCsv(text.replace(/^\uFEFF/, ""));
  const head = lines.findIndex((cells) => column(cells, "service") >= 0 && column(cells, "monthly") >= 0);
  const names = lines[head];
  if (!names) return undefined;
  const [service, region, monthly] = ["service", "region", "monthly"].map((name) => column(names, name));
  const rows = lines.slice(head + 1).flatMap((cells) => {
    const name = cells[service ?? -1]?.trim() ?? "";
    const usd = Number((cells[monthly ?? -1] ?? "").replace(/[$,\s]/g, "") || Number.NaN);
    if (!name || /^(total|free)$/i.test(name) || !Number.isFinite(usd)) return [];
    return [{ service: name, region: cells[region ?? -1]?.trim() ?? "", monthly: usd }];
  });
  if (rows.length === 0) return undefined;
  return { rows, monthly: rows.reduce((sum, row) => sum + row.monthly, 0) };
}

const column = (cells: readonly string[], name: string) =>
  cells.findIndex((cell) => cell.trim().toLowerCase().startsWith(name));

/** RFC 4180; a semicolon separates where the first lines have no comma, as in a French spreadsheet. */
function parseCsv(text: string): string[][] {
  const separator = text.slice(0, 500).includes(",") ? "," : ";";
  const lines: string[][] = [[""]];
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    const line = lines.at(-1) ?? [];
    if (character === '"' && quoted && text[index + 1] === '"') {
      line[line.length - 1] += '"';
      index++;
    } else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) line.push("");
    else if (character === "\n" && !quoted) lines.push([""]);
    else if (character !== "\r") line[line.length - 1] += character;
  }
  return lines;
}

/** Names of the calculator for what the lab bills, by AWS service. */
export const billed: { readonly [service: string]: RegExp } = {
  "AWS Fargate": /fargate/i,
  "Elastic Load Balancing": /load balanc/i,
  "Amazon VPC": /\bvpc\b|virtual private cloud|ipv4|ip address/i,
  "Amazon RDS": /\brds\b|relational database/i,
  "Amazon EC2": /\bec2\b|elastic compute|cloud9/i,
};

/** Services without a price in the lab, or not used in it. */
export const unbilled: readonly (readonly [name: string, pattern: RegExp, reason: string])[] = [
  ["IAM", /\biam\b|identity and access/i, "it is free"],
  ["CodeDeploy", /codedeploy/i, "it is free for ECS"],
  ["CodeBuild", /codebuild/i, "the lab does not use it"],
  ["EKS", /\beks\b|kubernetes/i, "the lab does not use it"],
  ["Lambda", /lambda/i, "the lab does not use it"],
];

export function monthlyOf({ rows }: CostSheet, pattern: RegExp): number | undefined {
  const found = rows.filter(({ service }) => pattern.test(service));
  return found.length === 0 ? undefined : found.reduce((sum, { monthly }) => sum + monthly, 0);
}
