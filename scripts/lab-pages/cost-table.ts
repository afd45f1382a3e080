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

const words = {
  en: { stack: "stack", month: "a month", session: "four hours", sum: "sum" },
  fr: { stack: "pile", month: "un mois", session: "quatre heures", sum: "somme" },
} as const satisfies Record<Language, object>;

/** Returns what a page says about costs, computed by the same code as estimate-cost: a table of all stacks, or a sentence. */
export function costText(costs: NonNullable<PhasePage["costs"]>, language: Language): string {
  if (costs === "all") return costTable(language);
  const [month, session] = [estimateOf("academy"), estimateOf("academy", sessionFile)].map((estimate) =>
    costs === "more tasks"
      ? 2 * (sumOf(estimate, ({ resource }) => resource === "CustomerService") ?? 0)
      : (sumOf(estimate, ({ template }) => costs.includes(template)) ?? 0),
  );
  const [hours, all] = [formatMoney(session ?? 0, language), formatMoney(month ?? 0, language)];
  return language === "fr"
    ? `Coût dans le compte du cours : ${hours} pour quatre heures, ${all} par mois.`
    : `Cost in the course's account: ${hours} for four hours, ${all} a month.`;
}

function costTable(language: Language): string {
  const word = words[language];
  const estimates = profiles.flatMap((profile) => [estimateOf(profile), estimateOf(profile, sessionFile)]);
  const templates = new Set(estimates.flatMap(({ lines }) => lines.map(({ template }) => template)));
  const rows = [...templates].map((template) => ({
    template,
    figures: estimates.map((estimate) => sumOf(estimate, (line) => line.template === template)),
  }));
  // The most expensive first, which matters most to the reader.
  const greatest = (figures: Figures) => Math.max(...figures.map((usd) => usd ?? 0));
  rows.sort((one, other) => greatest(other.figures) - greatest(one.figures));
  const money = (usd: number | undefined) => (usd === undefined ? "–" : formatMoney(usd, language));
  const sums = estimates.map((_, column) =>
    rows.reduce((sum, { figures }) => sum + (figures[column] ?? 0), 0),
  );
  return table(
    [
      word.stack,
      ...profiles.flatMap((profile) => [`${profile}, ${word.month}`, `${profile}, ${word.session}`]),
    ],
    [
      ...rows.map(({ template, figures }) => [`\`${template}\``, ...figures.map(money)]),
      [`**${word.sum}**`, ...sums.map((sum) => `**${money(sum)}**`)],
    ],
  );
}

/** A figure for each profile, of a month without a pause and of one session. */
type Figures = readonly (number | undefined)[];

function sumOf({ lines }: Estimate, belongs: (line: PricedLine) => boolean): number | undefined {
  const found = lines.filter(belongs);
  return found.length === 0 ? undefined : found.reduce((sum, { monthly }) => sum + monthly, 0);
}

const estimated = new Map<string, Estimate>();

/** Estimates each once: all pages' figures come from the same four estimates. */
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

/** Returns `$1.90`, `1,90 $`; an amount between zero and a cent is shown as such. */
function formatMoney(usd: number, language: Language): string {
  const small = usd > 0 && usd < 0.005;
  const amount = (small ? 0.01 : usd).toFixed(2);
  return language === "fr"
    ? `${small ? "< " : ""}${amount.replace(".", ",")} $`
    : `${small ? "< " : ""}$${amount}`;
}
