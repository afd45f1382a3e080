// @ts-check
import { html } from "./html.mjs";
import { kindOf } from "./picture.mjs";
import { texts } from "./texts.mjs";
import { clockTime } from "./times.mjs";

/** @typedef {import("../src/parts.ts").ServicePart} ServicePart */
/** @typedef {import("../src/parts.ts").DeploymentPart} DeploymentPart */
/** @typedef {import("../src/parts.ts").StackPart} StackPart */

/** Events to show. */
const shown = 60;

/**
 * Shows what happened lately in all services, deployments and stacks, newest first.
 * @param {import("../src/parts.ts").Parts} parts
 * @param {import("../src/tabs.ts").ViewContext} context
 */
export function activity(parts, { language }) {
  const t = texts[language];
  const events = [...parts]
    .flatMap(([key, value]) => eventsOf(key, /** @type {never} */ (value), t))
    .sort((one, other) => other.at - one.at)
    .slice(0, shown);
  return html`<section class="card"><h2>${t.activity}</h2>${
    events.length === 0
      ? html`<p class="sub">${t.noActivity}</p>`
      : html`<ol class="events">${events.map(
          ({ at, subject, text }) =>
            html`<li><time>${clockTime(at, language)}</time> <b>${subject}</b> ${text}</li>`,
        )}</ol>`
  }</section>`;
}

/**
 * @param {string} key
 * @param {never} value
 * @param {(typeof texts)["en"]} t
 * @returns {{ at: number, subject: string, text: string }[]}
 */
function eventsOf(key, value, t) {
  if (key.startsWith("service/")) {
    const { name, events } = /** @type {ServicePart} */ (value);
    return events.map(({ at, message }) => ({ at, subject: name, text: withoutName(message, name) }));
  }
  if (key.startsWith("deployment/")) {
    const { id, service, createdAt, endedAt, verdict } = /** @type {DeploymentPart} */ (value);
    const begun = { at: createdAt, subject: service, text: t.deploymentBegan(id) };
    const ended =
      endedAt && verdict ? [{ at: endedAt, subject: service, text: `${id}: ${t.verdicts[verdict]}` }] : [];
    return [begun, ...ended];
  }
  if (!key.startsWith("stack/")) return [];
  const { name, changedAt, status, resources } = /** @type {StackPart} */ (value);
  const words = (/** @type {string} */ text) => text.toLowerCase().replaceAll("_", " ");
  const failed = resources
    .filter(({ status }) => kindOf(status) === "bad")
    .map((resource) => ({
      at: resource.changedAt,
      subject: `${name}/${resource.id}`,
      text: [words(resource.status), resource.reason].filter(Boolean).join(": "),
    }));
  return [{ at: changedAt, subject: name, text: words(status) }, ...failed];
}

/**
 * Shortens a service's event: without the name that is shown next to it, and with short names of the rest.
 * @param {string} message
 * @param {string} name
 */
export function withoutName(message, name) {
  return message
    .replace(`(service ${name}, `, "(")
    .replace(`(service ${name}) `, "")
    .replace(/^\(taskSet [^)]*\) /, "")
    .replace(/\(target-group arn:[^()/]*:targetgroup\/([^()/]+)(?:\/[^()]*)?\)/, "(target group $1)")
    .replace(/\b([0-9a-f]{7})[0-9a-f]{25}\b/g, "$1");
}
