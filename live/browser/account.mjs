// @ts-check
import { activity } from "./activity.mjs";
import { html } from "./html.mjs";
import { kindOf } from "./picture.mjs";
import { texts } from "./texts.mjs";
import { timeText } from "./times.mjs";

/** @typedef {import("../src/parts.ts").StackPart} StackPart */
/** @typedef {import("../src/tabs.ts").ViewContext} ViewContext */

/** @type {import("../src/tabs.ts").Tab["view"]} */
export function view(parts, context) {
  const t = texts[context.language];
  const keys = [...parts.keys()].filter((key) => key.startsWith("stack/"));
  const stacks = keys.map((key) => /** @type {StackPart} */ (parts.get(key)));
  const cost = /** @type {import("../src/parts.ts").CostPart | undefined} */ (parts.get("cost"));
  const picture = context.picture(parts);
  const { timeScale = 1 } = /** @type {{ timeScale?: number }} */ (parts.get("about") ?? {});
  const empty = html`<div class="empty"><h2>${t.nothingHere}</h2><p>${t.nothingHereFix}</p></div>`;
  // A service that could not be read may have resources.
  const isRead = ![...parts.keys()].some((key) => key.startsWith("problem/"));
  return [
    ...(isRead && stacks.length === 0 && !picture ? [{ key: "empty", wide: true, html: empty }] : []),
    ...(picture ? [picture] : []),
    ...(cost ? [{ key: "cost", wide: true, html: costCard(cost, { ...context, timeScale }) }] : []),
    ...stacks.map((stack, index) => ({
      key: keys[index] ?? "",
      of: [stack],
      html: () => stackCard(stack, context),
    })),
    { key: "activity", wide: true, html: activity(parts, context) },
  ];
}

/**
 * @param {StackPart} stack
 * @param {ViewContext} context
 */
function stackCard({ name, status, reason, changedAt, resources }, { language, now }) {
  const t = texts[language];
  const kinds = resources.map((resource) => kindOf(resource.status));
  const done = kinds.filter((kind) => kind === "good").length;
  const rows = resources.map(
    (resource, index) =>
      html`<tr data-key="${resource.id}"><td><span class="dot ${kinds[index]}"></span> ${resource.id}</td><td>${shortType(resource.type)}</td><td>${words(resource.status)}${kinds[index] === "bad" && resource.reason && html`<br><span class="sub">${resource.reason}</span>`}</td></tr>`,
  );
  // One cell per resource, as wide as there is room.
  const width = 100 / Math.max(1, kinds.length);
  const cells = kinds.map(
    (kind, index) => html`<rect class="${kind}" height="10" x="${index * width}%" width="${width}%"/>`,
  );
  return html`<article class="card stack">
<header class="head"><div><h2>${name}</h2><p class="sub">${t.resourcesReady(done, kinds.length)} · ${t.changed} <time data-since="${changedAt}">${timeText({ since: `${changedAt}` }, now, language)}</time></p></div><span class="pill ${kindOf(status)}">${words(status)}</span></header>
<svg class="bar cells" width="100%" height="10" role="img" aria-label="${t.resourcesReady(done, kinds.length)}">${cells}</svg>
${reason && html`<p class="cause">${reason}</p>`}
<details><summary>${t.resources} <span class="sub">${resources.length}</span></summary><div class="scroll" tabindex="0" role="group" aria-label="${t.resources}: ${name}"><table><thead><tr>${t.resourceColumns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></details>
</article>`;
}

/** @param {string} type such as `AWS::ECS::Service` */
const shortType = (type) => type.replace(/^AWS::/, "").replaceAll("::", " ");

/** @param {string} status such as `UPDATE_COMPLETE` */
const words = (status) => status.toLowerCase().replaceAll("_", " ");

/** @typedef {import("../src/parts.ts").CostPart} CostPart */

/** AWS's month: a twelfth of a year. */
const monthMs = 730 * 3_600_000;

const style = /** @type {const} */ ({ style: "currency", currency: "USD" });
const formats = { en: new Intl.NumberFormat("en-US", style), fr: new Intl.NumberFormat("fr", style) };

/**
 * @param {CostPart} part
 * @param {import("../src/tabs.ts").ViewContext & { timeScale: number }} context
 */
function costCard(part, context) {
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
