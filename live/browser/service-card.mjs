// @ts-check
import { withoutName } from "./activity.mjs";
import { activeDeployment, history } from "./deployment.mjs";
import { html } from "./html.mjs";
import { sideOf, taskList } from "./side.mjs";
import { texts } from "./texts.mjs";
import { clockTime, timeText } from "./times.mjs";

/** @typedef {import("../src/parts.ts").ServicePart} ServicePart */
/** @typedef {import("../src/parts.ts").SidePart} SidePart */
/** @typedef {import("../src/parts.ts").DeploymentPart} DeploymentPart */
/** @typedef {import("../src/tabs.ts").ViewContext} ViewContext */

/**
 * @param {{ service: ServicePart, deployments: readonly DeploymentPart[], isAlone: boolean, timeScale: number }} given
 * @param {ViewContext} context
 */
export function serviceCard({ service, deployments, isAlone, timeScale }, context) {
  const { language, link } = context;
  const t = texts[language];
  const { cluster, name, sides } = service;
  const latest = latestOf(deployments);
  const most = Math.max(1, ...sides.flatMap(({ traffic }) => traffic?.history ?? []));
  const page = link(`/services/${encodeURIComponent(cluster)}/${encodeURIComponent(name)}`);
  const id = `${cluster}-${name}`.replace(/[^\w-]/g, "-");
  const heading = isAlone ? name : html`<a href="${page}">${name}</a>`;
  return html`<article class="card service" aria-labelledby="${id}">
<header class="head"><div><h2 id="${id}">${heading}</h2>
<p class="sub">${cluster} · ${t.tasksRunning(service.running, service.desired)}</p></div>${statePill(service, deployments[0], t)}</header>
${trafficBar(sides, t)}
<div class="sides">${sides.map((side) => sideOf(side, { ...context, most }))}</div>
${taskList(service.otherTasks, t.otherTasks, context)}
${stoppedTasks(service, latest, context)}
${latest ? activeDeployment(latest, { ...context, timeScale }) : ""}
${history(deployments, { ...context, isOpen: isAlone })}
${serviceEvents(service, isAlone, context)}
</article>`;
}

/**
 * The latest deployment that somebody wanted: one that was rolled back says more than the success of its rollback.
 * @param {readonly DeploymentPart[]} deployments newest first
 */
function latestOf(deployments) {
  const [newest] = deployments;
  return deployments.find(({ id }) => id === newest?.rollbackOf) ?? newest;
}

/** @typedef {(typeof texts)["en"]} Texts */

/**
 * @param {ServicePart} service
 * @param {DeploymentPart | undefined} latest
 * @param {Texts} t
 */
function statePill(service, latest, t) {
  const pill = (/** @type {string} */ kind, /** @type {string} */ text) =>
    html`<span class="pill ${kind}">${text}</span>`;
  if (service.status === "GONE" || service.status === "INACTIVE") return pill("bad", t.gone);
  if (service.status === "DRAINING") return pill("busy", t.draining);
  if (latest && !latest.verdict) return pill("busy", latest.rollbackOf ? t.rollingBack : t.deploying);
  if (!latest && service.running === 0) return pill("quiet", t.notDeployed);
  if (service.running < service.desired) return pill("bad", t.missingTasks);
  return pill("good", t.steady);
}

/**
 * The share of each side as one bar. Attributes of SVG need no inline style, which the page's policy forbids.
 * @param {readonly SidePart[]} sides
 * @param {Texts} t
 */
function trafficBar(sides, t) {
  if (sides.length < 2 || sides.every(({ production }) => production === undefined)) return "";
  const [blue, green] = sides;
  const share = blue?.production ?? 0;
  const rest = green?.production ?? 0;
  return html`<div class="traffic" role="img" aria-label="${t.trafficLabel(share, rest)}">
<div class="shares" aria-hidden="true"><span class="blue">${t.roles.blue} <b>${share} %</b></span><span>${t.productionTraffic}</span><span class="green"><b>${rest} %</b> ${t.roles.green}</span></div>
<svg class="bar" width="100%" height="14" aria-hidden="true"><rect class="blue" height="14" width="${share}%"/><rect class="green" height="14" x="${share}%" width="${rest}%"/></svg>
</div>`;
}

/**
 * Tasks that failed since the latest deployment began, counted by reason. A revision that never worked, such as the
 * one with which a stack creates a service before its first image, is not of the deployment.
 * @param {ServicePart} service
 * @param {DeploymentPart | undefined} latest
 * @param {ViewContext} context
 */
function stoppedTasks({ stoppedTasks }, latest, { language, now }) {
  const t = texts[language];
  const failed = stoppedTasks.filter(
    ({ reason, stoppedAt, revision }) =>
      !/^Scaling activity|^Task stopped by|deployment ecs-svc/i.test(reason) &&
      stoppedAt >= (latest?.createdAt ?? 0) &&
      (!latest || [latest.from?.name, latest.to?.name].includes(revision)),
  );
  if (failed.length === 0) return "";
  const groups = Map.groupBy(failed, ({ revision, reason }) => `${revision}: ${reason}`);
  return html`<section class="stopped ${latest ? "" : "quiet"}"><h3>${t.stoppedTasks}</h3><ul>${[
    ...groups,
  ].map(([text, tasks]) => {
    const at = tasks[0]?.stoppedAt ?? 0;
    return html`<li data-key="${text}"><b>${tasks.length} ×</b> ${text} <time data-since="${at}">${timeText({ since: `${at}` }, now, language)}</time></li>`;
  })}</ul></section>`;
}

/**
 * @param {ServicePart} service
 * @param {boolean} isOpen
 * @param {ViewContext} context
 */
function serviceEvents({ events, name }, isOpen, { language }) {
  const t = texts[language];
  if (events.length === 0) return "";
  return html`<details${isOpen ? html` open` : ""}><summary>${t.events}</summary><ol class="events">${events.map(
    ({ at, message }) => html`<li><time>${clockTime(at, language)}</time> ${withoutName(message, name)}</li>`,
  )}</ol></details>`;
}
