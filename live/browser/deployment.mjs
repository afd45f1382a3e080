// @ts-check
import { html } from "./html.mjs";
import { digestOf } from "./side.mjs";
import { texts } from "./texts.mjs";
import { clockTime, shortSpan, timeText } from "./times.mjs";

/** @typedef {import("../src/parts.ts").DeploymentPart} DeploymentPart */
/** @typedef {import("../src/parts.ts").Revision} Revision */
/** @typedef {import("../src/tabs.ts").ViewContext} ViewContext */

const marks = { succeeded: "✓", failed: "✗", stopped: "■", "rolled-back": "↩" };
const kinds = { succeeded: "good", failed: "bad", stopped: "busy", "rolled-back": "bad" };

/**
 * The latest deployment: its verdict, or what it does now.
 * @param {DeploymentPart} deployment
 * @param {ViewContext & { timeScale: number }} context
 */
export function activeDeployment(deployment, context) {
  const { language, timeScale, now, link } = context;
  const t = texts[language];
  const { verdict, id, wait, configuration, createdAt, cause, fix, run } = deployment;
  const kind = verdict ? kinds[verdict] : "busy";
  const until = wait && {
    until: String(wait.until),
    scale: String(timeScale),
  };
  return html`<section class="deployment ${kind}" aria-label="${t.deployment} ${id}">
<header><h3>${verdict ? html`<span class="mark ${kind}" aria-hidden="true">${marks[verdict]}</span> ` : ""}${t.headlines[verdict ?? "running"]}</h3>
<p class="sub"><code>${id}</code>${configuration && html` · ${configuration}`} · <time>${clockTime(createdAt, language)}</time>${took(deployment, context)}${run && html` · <a href="${run.startsWith("/") ? link(run) : run}" rel="noreferrer">${t.run}</a>`}</p></header>
<p class="change">${change(deployment, t)}</p>
${cause && html`<p class="cause">${cause}${fix && html`<br><b>${t.fix}</b> ${fix}`}</p>`}
${until && html`<p class="wait"><span>${t.waits[/** @type {"bake"} */ (wait.kind)]}</span> <time class="countdown" data-until="${until.until}" data-scale="${until.scale}">${timeText(until, now, language)}</time></p>`}
${timeline(deployment, context)}
${alarms(deployment, t)}
</section>`;
}

/** @typedef {(typeof texts)["en"]} Texts */

/**
 * @param {DeploymentPart} deployment
 * @param {ViewContext} context
 */
function took({ createdAt, endedAt }, { language }) {
  return endedAt ? ` · ${texts[language].took(shortSpan(endedAt - createdAt, language))}` : "";
}

/**
 * @param {DeploymentPart} deployment
 * @param {Texts} t
 */
function change({ from, to, rollbackOf, rolledBackBy }, t) {
  const old = from ? revision(from) : html`<span class="none">${t.nothing}</span>`;
  const reason = rollbackOf
    ? html` <span class="sub">${t.rollbackOf(rollbackOf)}</span>`
    : rolledBackBy && html` <span class="sub">${t.rolledBackBy(rolledBackBy)}</span>`;
  return html`${old} <span aria-label="${t.becomes}" role="img">→</span> ${to ? revision(to) : html`<span class="none">${t.unknown}</span>`}${reason}`;
}

/** @param {Revision} revision */
function revision({ name, digest, image }) {
  return html`<b${image ? html` title="${image}"` : ""}>${name}</b> ${digestOf(digest)}`;
}

const eventKinds = /** @type {Record<string, string>} */ ({
  Succeeded: "done",
  InProgress: "now",
  Failed: "bad",
  Skipped: "skipped",
  Pending: "ahead",
});

/**
 * @param {DeploymentPart} deployment
 * @param {ViewContext} context
 */
function timeline({ events }, { language, now }) {
  const t = texts[language];
  if (events.length === 0) return "";
  return html`<ol class="timeline" aria-label="${t.timeline}">${events.map(
    ({ name, status, startedAt, endedAt, message }) => {
      const kind = eventKinds[status] ?? "unknown";
      // A running event's duration grows on the page.
      const span =
        kind === "now" && startedAt
          ? html`<time data-since="${startedAt}" data-exact="">${timeText({ since: `${startedAt}`, exact: "" }, now, language)}</time>`
          : startedAt && endedAt && kind !== "skipped" && shortSpan(endedAt - startedAt, language);
      const text = t.eventStates[/** @type {"done"} */ (kind)] ?? status;
      return html`<li class="${kind}" data-key="${name}"><span class="name">${breakable(name)}</span><span class="sub">${text} ${span}</span>${message && kind === "bad" && html`<span class="sub">${message}</span>`}</li>`;
    },
  )}</ol>`;
}

/**
 * Allows a line to break between the words of `AfterAllowTestTraffic`.
 * @param {string} name
 */
function breakable(name) {
  return name.split(/(?=[A-Z][a-z])/).map((word, index) => (index === 0 ? word : html`<wbr>${word}`));
}

/**
 * @param {DeploymentPart} deployment
 * @param {Texts} t
 */
function alarms({ alarms }, t) {
  if (alarms.length === 0) return "";
  const kind = (/** @type {string} */ state) =>
    state === "ALARM" ? "bad" : state === "OK" ? "good" : "quiet";
  return html`<p class="alarms">${t.alarms} ${alarms.map(
    ({ name, state, reason }) =>
      html`<span class="pill ${kind(state)}"${reason && html` title="${reason}"`} data-key="${name}">${name}: ${t.alarmStates[state] ?? state}</span> `,
  )}</p>`;
}

/**
 * Earlier deployments with what each changed.
 * @param {readonly DeploymentPart[]} deployments
 * @param {ViewContext & { isOpen: boolean }} context
 */
export function history(deployments, { language, isOpen }) {
  const t = texts[language];
  if (deployments.length < 2 && !isOpen) return "";
  const rows = deployments.map((deployment) => {
    const { verdict, id, createdAt, endedAt, configuration, cause } = deployment;
    const result = verdict
      ? html`<span class="mark ${kinds[verdict]}" aria-hidden="true">${marks[verdict]}</span> ${t.verdicts[verdict]}`
      : t.deploying;
    return html`<tr data-key="${id}"><td><time>${clockTime(createdAt, language)}</time></td><td>${result}${cause && html`<br><span class="sub">${cause}</span>`}</td><td>${change(deployment, t)}</td><td class="sub">${configuration}</td><td class="number">${endedAt ? shortSpan(endedAt - createdAt, language) : ""}</td><td><code>${id}</code></td></tr>`;
  });
  return html`<details${isOpen ? html` open` : ""}><summary>${t.history} <span class="sub">${deployments.length}</span></summary>
<div class="scroll" tabindex="0" role="group" aria-label="${t.history}"><table><thead><tr>${t.historyColumns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
