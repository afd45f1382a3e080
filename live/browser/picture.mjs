// @ts-check
import { html } from "./html.mjs";
import { taskList } from "./side.mjs";
import { texts } from "./texts.mjs";

/** @typedef {import("../src/parts.ts").ResourceCard} ResourceCard */
/** @typedef {import("../src/parts.ts").ServicePart} ServicePart */
/** @typedef {import("../src/tabs.ts").ViewContext} ViewContext */

/**
 * The section with the account's resources, each in the one that it is in; undefined without any.
 * @param {import("../src/parts.ts").Parts} parts
 * @param {ViewContext} context
 */
export function pictureOf(parts, context) {
  const cards = /** @type {import("../src/parts.ts").ArchitecturePart} */ (parts.get("architecture") ?? []);
  const services = [...parts]
    .filter(([key]) => key.startsWith("service/"))
    .map(([, part]) => /** @type {ServicePart} */ (part));
  const html = () => architecture(cards, services, context);
  return cards.length === 0 ? undefined : { key: "picture", wide: true, of: [cards, ...services], html };
}

/**
 * The tasks are in their target groups.
 * @param {readonly ResourceCard[]} cards
 * @param {readonly ServicePart[]} services
 * @param {ViewContext} context
 */
function architecture(cards, services, context) {
  const sides = services.flatMap((service) => service.sides);
  const tasks = new Map(sides.map((side) => [side.targetGroup, side.tasks]));
  return html`<section class="card"><h2>${texts[context.language].architecture}</h2>
<div class="inside">${cards.map((card) => frame(card, tasks, context))}</div></section>`;
}

/**
 * @param {ResourceCard} card
 * @param {ReadonlyMap<string, ServicePart["sides"][number]["tasks"]>} tasks
 * @param {ViewContext} context
 * @returns {unknown}
 */
function frame({ kind, title, details, status, route, share, cards }, tasks, context) {
  const t = texts[context.language];
  const kindOfState = /^(active|available|Succeeded)$/.test(status ?? "") ? "good" : "busy";
  const own = kind === "target-group" ? (tasks.get(title) ?? []) : [];
  return html`<div role="group" class="frame ${kind}${share === 0 ? " idle" : ""}" data-key="${kind} ${title} ${details}" aria-label="${t.resourceKinds[kind]} ${title}">
<h3><small>${t.resourceKinds[kind]}</small> ${title}${route && html` <span class="tag">${route === "test" ? t.testListener : t.production}</span>`}${share !== undefined && html` <span class="tag share">${share} %</span>`}</h3>
${details && html`<p class="sub">${details}</p>`}
${status && html`<p class="sub"><span class="dot ${/fail/i.test(status) ? "bad" : kindOfState}"></span> ${status}</p>`}
${taskList(own, t.tasksOf(title), context)}
${cards.length > 0 && html`<div class="inside">${cards.map((card) => frame(card, tasks, context))}</div>`}</div>`;
}

/**
 * @param {string | undefined} status of a stack or a resource
 */
export function kindOf(status = "") {
  if (/FAILED|ROLLBACK/.test(status)) return "bad";
  return /COMPLETE$/.test(status) ? "good" : "busy";
}
