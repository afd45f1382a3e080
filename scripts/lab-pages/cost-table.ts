import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCostStacks } from "@ecs-delivery/actions/cost/cost-stacks";
import { type Estimate, estimateCosts, type PricedLine } from "@ecs-delivery/actions/cost/estimate";
import { readPriceList } from "@ecs-delivery/actions/cost/price-list";
import { readTaskSizes } from "@ecs-delivery/actions/cost/task-sizes";
import { readUsage } from "@ecs-delivery/actions/cost/usage";
import { table } from "../readme-tables.ts";
import type { Language, PhasePage } from "./pages.ts";

const templatesFolder = join(import.meta.dirname, "../../infra-templates");
const sessionFile = join(import.meta.dirname, "../../actions/estimate-cost/usage/session.yaml");
const profiles = ["academy", "standard"].filter((profile) => existsSync(parametersOf(profile)));

/** A figure for each profile, of a month without a pause and of one session. */
type Figures = readonly (number | undefined)[];

interface Row {
  readonly template: string;
  readonly priceId: string;
  readonly description: string;
  readonly figures: Figures;
}

const words = {
  en: {
    stack: "stack",
    item: "billed",
    month: "a month",
    session: "four hours",
    sum: "sum",
    free: "Nothing of this is billed.",
  },
  fr: {
    stack: "pile",
    item: "facturé",
    month: "un mois",
    session: "quatre heures",
    sum: "somme",
    free: "Rien de tout cela n’est facturé.",
  },
} as const satisfies Record<Language, object>;

/** Returns the cost of a phase's templates as a Markdown table, computed by the same code as estimate-cost. */
export function costTable(costs: NonNullable<PhasePage["costs"]>, language: Language): string {
  const word = words[language];
  const rows = rowsOf(costs);
  if (rows.length === 0) return word.free;
  const head = [
    word.stack,
    ...(costs === "all" ? [] : [word.item]),
    ...profiles.flatMap((profile) => [`${profile}, ${word.month}`, `${profile}, ${word.session}`]),
  ];
  const money = (usd: number | undefined) => (usd === undefined ? "–" : formatMoney(usd, language));
  const body = rows.map(({ template, description, priceId, figures }) => [
    `\`${template}\``,
    ...(costs === "all" ? [] : [language === "fr" ? frenchDescription(priceId) : description]),
    ...figures.map(money),
  ]);
  const sums = (rows[0]?.figures ?? []).map((_, column) =>
    rows.reduce((sum, { figures }) => sum + (figures[column] ?? 0), 0),
  );
  const total = [
    `**${word.sum}**`,
    ...(costs === "all" ? [] : [""]),
    ...sums.map((sum) => `**${money(sum)}**`),
  ];
  return table(head, [...body, total]);
}

function rowsOf(costs: NonNullable<PhasePage["costs"]>): Row[] {
  const estimates = profiles.flatMap((profile) => [estimateOf(profile), estimateOf(profile, sessionFile)]);
  if (costs === "more tasks") return itemRows(estimates, ({ resource }) => resource === "CustomerService", 2);
  if (costs !== "all") return itemRows(estimates, ({ template }) => costs.includes(template), 1);
  const templates = new Set(estimates.flatMap(({ lines }) => lines.map(({ template }) => template)));
  const rows = [...templates].map((template) => ({
    template,
    priceId: "",
    description: "",
    figures: estimates.map((estimate) => sumOf(estimate, (line) => line.template === template, 1)),
  }));
  return rows.sort((one, other) => greatest(other) - greatest(one));
}

/** Returns a row for each price of each template, for all its resources together. */
function itemRows(
  estimates: readonly Estimate[],
  belongs: (line: PricedLine) => boolean,
  times: number,
): Row[] {
  const lines = estimates.flatMap((estimate) => estimate.lines.filter(belongs));
  const kinds = Map.groupBy(lines, ({ template, price }) => `${template} ${price.id}`);
  const rows = [...kinds.values()].flatMap(([line]) => {
    if (!line) return [];
    const { template, price } = line;
    const alike = (other: PricedLine) =>
      belongs(other) && other.template === template && other.price.id === price.id;
    const figures = estimates.map((estimate) => sumOf(estimate, alike, times));
    return [{ template, priceId: price.id, description: price.description, figures }];
  });
  return rows.sort((one, other) => greatest(other) - greatest(one));
}

/** Sorts the most expensive first, which matters most to the reader. */
function greatest({ figures }: Row): number {
  return Math.max(...figures.map((usd) => usd ?? 0));
}

function sumOf(
  { lines }: Estimate,
  belongs: (line: PricedLine) => boolean,
  times: number,
): number | undefined {
  const found = lines.filter(belongs);
  return found.length === 0 ? undefined : times * found.reduce((sum, { monthly }) => sum + monthly, 0);
}

const estimated = new Map<string, Estimate>();

/** Estimates each once: all pages' tables come from the same four estimates. */
function estimateOf(profile: string, usageFile?: string): Estimate {
  const key = `${profile} ${usageFile ?? ""}`;
  const known = estimated.get(key);
  if (known) return known;
  const parametersFile = parametersOf(profile);
  const estimate = estimateCosts({
    stacks: readCostStacks({ templatesFolder, parametersFile }),
    priceList: readPriceList(),
    usage: readUsage(usageFile),
    taskSizes: readTaskSizes(join(templatesFolder, "ecs")),
  });
  estimated.set(key, estimate);
  return estimate;
}

function parametersOf(profile: string): string {
  return join(templatesFolder, `parameters/${profile}.json`);
}

/** @internal Returns the French description of a billed item. Throws for an unknown price. */
export function frenchDescription(priceId: string): string {
  const found = frenchDescriptions.find(([beginning]) => priceId.startsWith(beginning));
  if (!found)
    throw new Error(
      `the price ${priceId} has no French description: add it to scripts/lab-pages/cost-table.ts`,
    );
  const [beginning, description] = found;
  return description.replace("…", priceId.slice(beginning.length));
}

/** Returns `$1.90`, `1,90 $`; an amount between zero and a cent is shown as such. */
function formatMoney(usd: number, language: Language): string {
  const small = usd > 0 && usd < 0.005;
  const amount = (small ? 0.01 : usd).toFixed(2);
  return language === "fr"
    ? `${small ? "< " : ""}${amount.replace(".", ",")} $`
    : `${small ? "< " : ""}$${amount}`;
}

/**
 * Descriptions of billed items in French for the course's pages, by the beginning of the price id; the first match
 * counts. `…` represents the rest of the id.
 */
const frenchDescriptions: readonly (readonly [beginning: string, description: string])[] = [
  ["fargate-vcpu-", "vCPU des tâches"],
  ["fargate-memory-", "mémoire des tâches"],
  ["fargate-storage", "stockage d’une tâche au-delà de 20 Go"],
  ["load-balancer-lcu", "unités de capacité de l’équilibreur (LCU)"],
  ["load-balancer", "équilibreur de charge"],
  ["public-ipv4", "adresses IPv4 publiques"],
  ["nat-gateway-data", "données à travers la passerelle NAT"],
  ["nat-gateway", "passerelle NAT"],
  ["vpc-endpoint-data", "données à travers les points de terminaison"],
  ["vpc-endpoint", "points de terminaison d’interface, dans chaque sous-réseau"],
  ["data-out", "données envoyées vers Internet"],
  ["rds-storage-", "stockage de la base, …"],
  ["rds-backup", "sauvegardes et instantanés au-delà de la part gratuite"],
  ["rds-extended-support-mysql-", "support étendu (Extended Support) de MySQL …"],
  ["rds-", "instance MySQL …"],
  ["secret-calls", "appels à Secrets Manager"],
  ["secret", "secrets"],
  ["kms-key", "clés gérées par le client"],
  ["kms-calls", "requêtes à KMS"],
  ["logs-ingestion", "journaux reçus"],
  ["logs-storage", "journaux conservés, compressés"],
  ["alarm-high-resolution", "alarmes de moins d’une minute, par métrique"],
  ["alarm", "alarmes, par métrique"],
  ["custom-metric", "métriques personnalisées"],
  ["dashboard", "tableaux de bord"],
  ["ecr-storage", "images conservées"],
  ["s3-storage", "stockage"],
  ["s3-writes", "requêtes PUT, COPY, POST et LIST"],
  ["s3-reads", "requêtes GET et autres"],
  ["pipeline-v1", "pipelines actifs, type V1"],
  ["pipeline-v2-minutes", "minutes d’action des pipelines de type V2"],
  ["codecommit-user", "utilisateurs actifs de CodeCommit"],
  ["ec2-", "instance …, Linux"],
  ["ebs-", "volumes EBS, …"],
];
