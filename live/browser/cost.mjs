// @ts-check
import { html } from "./html.mjs";
import { texts } from "./texts.mjs";

/** @typedef {import("../src/parts.ts").CostPart} CostPart */

/** AWS's month: a twelfth of a year. */
const monthMs = 730 * 3_600_000;

const style = /** @type {const} */ ({ style: "currency", currency: "USD" });
const formats = { en: new Intl.NumberFormat("en-US", style), fr: new Intl.NumberFormat("fr", style) };

/**
 * @param {CostPart} part
 * @param {import("../src/tabs.ts").ViewContext & { timeScale: number }} context
 */
export function costCard(part, context) {
  const { language } = context;
  const t = texts[language];
  if ("problem" in part)
    return html`<section class="card"><h2>${t.cost}</h2><p class="sub">${t.noCost} ${part.problem}.</p></section>`;
  const { monthly, services, stacks, leftOut, prices } = part;
  const usd = (/** @type {number} */ amount) => formats[language].format(amount);
  const most = Math.max(0, ...services.map((each) => each.monthly));
  const rows = services.map(
    (each) =>
      html`<tr data-key="${each.name}"><th scope="row">${each.name}</th><td><svg class="bar" width="100%" height="8" aria-hidden="true"><rect class="only" height="8" width="${(100 * each.monthly) / most}%"/></svg></td><td class="number">${usd(each.monthly)}</td></tr>`,
  );
  const ofStacks = stacks.map(
    (each) =>
      html`<tr data-key="${each.name}"><th scope="row">${each.name}</th><td class="number">${usd(each.monthly)}</td></tr>`,
  );
  return html`<section class="card cost"><div><h2>${t.cost}</h2>
<dl class="amounts"><div><dt>${t.aMonth}</dt><dd>${usd(monthly)}</dd></div><div><dt>${t.soFar}</dt><dd>${usd(spent(part, context))}</dd></div></dl>
<p class="sub">${t.costBasis(prices.region, prices.date)}${leftOut.length > 0 && ` ${t.leftOut} ${leftOut.join(", ")}.`}</p></div>
<div><table><caption class="hidden">${t.byService}</caption><tbody>${rows}</tbody></table>
<details><summary>${t.byStack} <span class="sub">${stacks.length}</span></summary><table><tbody>${ofStacks}</tbody></table></details></div></section>`;
}

/**
 * Cost of the stacks in this calendar month so far, in the time of AWS.
 * @param {Extract<CostPart, { stacks: unknown }>} part
 * @param {{ now: number, timeScale: number }} context
 */
export function spent({ stacks }, { now, timeScale }) {
  const date = new Date(now);
  const begin = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  return stacks.reduce((sum, { monthly, createdAt }) => {
    const ms = Math.max(0, now - Math.max(createdAt, begin)) * timeScale;
    return sum + monthly * Math.min(1, ms / monthMs);
  }, 0);
}
