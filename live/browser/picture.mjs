// @ts-check
import { html } from "./html.mjs";
import { texts } from "./texts.mjs";

/** @typedef {import("../src/parts.ts").ArchitecturePart} ArchitecturePart */
/** @typedef {Extract<ArchitecturePart, { nodes: unknown }>} Picture */
/** @typedef {import("../src/parts.ts").StackPart} StackPart */
/** @typedef {(typeof texts)["en"]} Texts */
/** @typedef {"good" | "busy" | "bad" | "ahead" | "quiet"} Kind */

/**
 * The stacks' resources, each in the frame that it is in, with its state; arrows are lines of text.
 * @param {ArchitecturePart} part
 * @param {readonly StackPart[]} stacks
 * @param {import("../src/tabs.ts").ViewContext} context
 */
export function architecture(part, stacks, { language }) {
  const t = texts[language];
  if ("problem" in part)
    return html`<section class="card"><h2>${t.architecture}</h2><p class="sub">${t.noArchitecture} ${part.problem}.</p></section>`;
  const statuses = new Map(
    stacks.flatMap(({ name, resources }) =>
      resources.map(({ id, status }) => /** @type {const} */ ([`${name}/${id}`, status])),
    ),
  );
  const drawing = { part, statuses, t };
  return html`<section class="card"><header class="head"><h2>${t.architecture}</h2>${legend(drawing)}</header>
<div class="picture">${inside(undefined, drawing)}</div></section>`;
}

/** @typedef {{ part: Picture, statuses: ReadonlyMap<string, string>, t: Texts }} Drawing */

/** @type {readonly Kind[]} */
const kinds = ["bad", "busy", "ahead", "good"];

/**
 * The worst state of a card's resources; quiet for what no stack creates.
 * @param {readonly string[]} ids
 * @param {ReadonlyMap<string, string>} statuses
 * @returns {Kind}
 */
function stateOf(ids, statuses) {
  const states = ids.map((id) => kindOf(statuses.get(id)));
  return kinds.find((kind) => states.some((state) => state === kind)) ?? "quiet";
}

/** @param {Drawing} drawing */
function legend({ part, statuses, t }) {
  const states = part.nodes.map(({ resources }) => stateOf(resources, statuses));
  return html`<p class="legend">${kinds.toReversed().map((kind) => {
    const count = states.filter((state) => state === kind).length;
    return count > 0 && html`<span class="pill ${kind}">${t.resourceStates[kind]}: ${count}</span> `;
  })}</p>`;
}

/**
 * Cards and frames of a frame; of the whole picture without one.
 * @param {string | undefined} id
 * @param {Drawing} drawing
 * @returns {unknown[]}
 */
function inside(id, drawing) {
  const { part } = drawing;
  const cards = part.nodes.filter(({ group }) => group === id).map((node) => card(node, drawing));
  const frames = part.groups.filter(({ parent }) => parent === id).map((group) => frame(group, drawing));
  return [cards.length > 0 && html`<ul class="nodes">${cards}</ul>`, ...frames];
}

/**
 * @param {Picture["groups"][number]} group
 * @param {Drawing} drawing
 */
function frame({ id, kind, title, details }, drawing) {
  const { statuses, t } = drawing;
  const isOfStack = statuses.has(id);
  const state = stateOf([id], statuses);
  return html`<section class="frame ${kind}" data-key="${id}" aria-label="${title}"><h3>${title} ${details.length > 0 && html`<small>${details.join(", ")}</small>`}${isOfStack && html` <small class="status"><span class="dot ${state}"></span> ${t.resourceStates[state]}</small>`}</h3>${arrows(id, drawing)}<div class="inside">${inside(id, drawing)}</div></section>`;
}

/**
 * @param {Picture["nodes"][number]} node
 * @param {Drawing} drawing
 */
function card({ id, service, title, details, resources, family, path }, drawing) {
  const { statuses, t } = drawing;
  const state = stateOf(resources, statuses);
  return html`<li class="node ${state}" data-key="${id}"><svg class="icon ${family}" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><rect width="32" height="32" rx="6"/><path d="${path}"/></svg><div><b>${title}</b>${service && html`<small>${service}</small>`}${details.map((detail) => html`<small>${detail}</small>`)}${state !== "quiet" && html`<small class="status"><span class="dot ${state}"></span> ${t.resourceStates[state]}</small>`}${arrows(id, drawing)}</div></li>`;
}

/**
 * @param {string} id
 * @param {Drawing} drawing
 */
function arrows(id, { part, t }) {
  const own = part.edges.filter(({ from }) => from === id);
  if (own.length === 0) return "";
  const titles = new Map([...part.groups, ...part.nodes].map((each) => [each.id, each.title]));
  return html`<ul class="arrows" aria-label="${t.leadsTo}">${own.map(
    ({ to, label }) =>
      html`<li><span aria-hidden="true">→</span> ${titles.get(to)}${label && html` <small>${label}</small>`}</li>`,
  )}</ul>`;
}

// @ts-check

/**
 * @param {string | undefined} status of a stack or a resource; undefined before it is created
 */
export function kindOf(status) {
  if (status === undefined) return "ahead";
  if (/FAILED|ROLLBACK/.test(status)) return "bad";
  return /COMPLETE$/.test(status) ? "good" : "busy";
}
