// @ts-check
import { html } from "./html.mjs";
import { texts } from "./texts.mjs";
import { timeText } from "./times.mjs";

/** @typedef {import("../src/parts.ts").SidePart} SidePart */
/** @typedef {import("../src/parts.ts").TaskPart} TaskPart */
/** @typedef {import("../src/tabs.ts").ViewContext} ViewContext */
/** @typedef {(typeof texts)["en"]} Texts */

const digits = { maximumFractionDigits: 1 };
/** A format takes much longer to create than to use. */
const numbers = { en: new Intl.NumberFormat("en", digits), fr: new Intl.NumberFormat("fr", digits) };

/** Tasks to show one by one. */
const shownTasks = 12;

/**
 * @param {SidePart} side
 * @param {ViewContext & { most: number }} context `most` is the top of the charts of all sides
 */
export function sideOf(side, context) {
  const t = texts[context.language];
  const { role, revision, production, test, targetGroup, tasks } = side;
  const tags = [
    (production ?? 0) > 0 &&
      html`<span class="tag solid">${t.production}${production === 100 ? "" : ` ${production} %`}</span>`,
    test && html`<span class="tag">${t.testListener}</span>`,
    !production && !test && tasks.length === 0 && html`<span class="tag">${t.idle}</span>`,
  ];
  return html`<section class="side ${role}" aria-label="${t.roles[role]}" data-key="${targetGroup}">
<header><h3>${t.roles[role]}</h3>${tags}</header>
<p class="revision">${revision ? html`<b>${revision.name}</b> ${digestOf(revision.digest)}` : html`<span class="none">${t.noRevision}</span>`}</p>
${measures(side, context)}
${taskList(tasks, t.tasksOf(t.roles[role]), context)}
<p class="sub group">${targetGroup}</p>
</section>`;
}

/** @param {string | undefined} digest */
export function digestOf(digest) {
  return digest ? html`<code title="${digest}">${digest.replace(/^sha256:/, "").slice(0, 7)}</code>` : "";
}

/**
 * Shows what the load balancer counted in the newest minute, and a chart of the last minutes.
 * @param {SidePart} side
 * @param {ViewContext & { most: number }} context
 */
function measures({ traffic, role, tasks }, { language, most }) {
  const t = texts[language];
  if (!traffic) return tasks.length === 0 ? "" : html`<p class="none">${t.noRequests}</p>`;
  const number = numbers[language];
  const time = (/** @type {string} */ name, /** @type {number | undefined} */ seconds) =>
    seconds !== undefined &&
    html`<div><dt>${name}</dt><dd>${number.format(seconds < 0.1 ? seconds * 1000 : Math.round(seconds * 1000))} <small>ms</small></dd></div>`;
  return html`<dl class="measures">
<div><dt>${t.requests}</dt><dd>${number.format(traffic.requestsPerSecond)} <small>/s</small></dd></div>
${time("p50", traffic.p50Seconds)}
${time("p99", traffic.p99Seconds)}
<div><dt>${t.failures}</dt><dd class="${traffic.failures > 0 ? "bad" : ""}">${traffic.failures}</dd></div>
</dl>${spark(traffic, { role, most, t })}`;
}

/**
 * @param {import("../src/parts.ts").TrafficPart} traffic
 * @param {{ role: string, most: number, t: Texts }} chart
 */
function spark({ history, failureHistory }, { role, most, t }) {
  const height = 12;
  const bars = { good: "", bad: "" };
  history.forEach((value, index) => {
    if (value === 0) return;
    const tall = Math.round((height * 100 * value) / most) / 100;
    bars[(failureHistory[index] ?? 0) > 0 ? "bad" : "good"] += `M${index}.1 12v-${tall}h.8v${tall}z`;
  });
  return html`<svg class="spark" viewBox="0 0 ${history.length} ${height}" preserveAspectRatio="none" role="img" aria-label="${t.sparkLabel(history.length, most)}"><path class="${role}" d="${bars.good}"/><path class="bad" d="${bars.bad}"/></svg>`;
}

/**
 * @param {readonly TaskPart[]} tasks
 * @param {string} label
 * @param {ViewContext} context
 */
export function taskList(tasks, label, { language, now }) {
  const t = texts[language];
  if (tasks.length === 0) return "";
  const rows = tasks.slice(0, shownTasks).map((task) => {
    const state = stateOf(task, t);
    const age =
      task.startedAt &&
      html`<time data-since="${task.startedAt}">${timeText({ since: `${task.startedAt}` }, now, language)}</time>`;
    return html`<li data-key="${task.id}"><span class="dot ${state.kind}"></span><code>${task.id.slice(0, 7)}</code> ${state.text} <span class="end">${task.revision.replace(/^.*:/, ":")} ${digestOf(task.digest)} ${age}</span></li>`;
  });
  const more = tasks.length - shownTasks;
  return html`<ul class="tasks" aria-label="${label}">${rows}${more > 0 && html`<li data-key="more">${t.more(more)}</li>`}</ul>`;
}

/**
 * @param {TaskPart} task
 * @param {Texts} t
 */
function stateOf({ status, health }, t) {
  if (status !== "RUNNING") return { kind: "busy", text: t.taskStates[status] ?? status.toLowerCase() };
  if (health === "healthy") return { kind: "good", text: t.healths.healthy };
  if (health === "unhealthy") return { kind: "bad", text: t.healths.unhealthy };
  return {
    kind: health === undefined ? "good" : "busy",
    text: health ? (t.healths[health] ?? health) : t.taskStates.RUNNING,
  };
}
