// @ts-check
import { activity } from "./activity.mjs";
import { costCard } from "./cost.mjs";
import { html } from "./html.mjs";
import { architecture } from "./picture.mjs";
import { kindOf } from "./stack-states.mjs";
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
  const picture = /** @type {import("../src/parts.ts").ArchitecturePart | undefined} */ (
    parts.get("architecture")
  );
  const { timeScale = 1 } = /** @type {{ timeScale?: number }} */ (parts.get("about") ?? {});
  const empty = html`<div class="empty"><h2>${t.noStacks}</h2><p>${t.noStacksFix}</p></div>`;
  return [
    ...(stacks.length === 0 ? [{ key: "empty", wide: true, html: empty }] : []),
    ...(picture
      ? [
          {
            key: "picture",
            wide: true,
            of: [picture, ...stacks],
            html: () => architecture(picture, stacks, context),
          },
        ]
      : []),
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
