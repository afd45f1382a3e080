// @ts-check
import { serviceCard } from "./service-card.mjs";
import { texts } from "./texts.mjs";

/** @typedef {import("../src/parts.ts").ServicePart} ServicePart */
/** @typedef {import("../src/parts.ts").DeploymentPart} DeploymentPart */

/** @type {import("../src/tabs.ts").Tab["view"]} */
export function view(parts, context) {
  const services = valuesOf(parts, "service/");
  const [, cluster, name] = context.path.split("/").slice(1).map(decode);
  if (!cluster || !name) {
    if (services.length === 0 && parts.has("problem/ECS")) return [];
    if (services.length === 0) return [{ key: "empty", wide: true, html: noServices(parts, context) }];
    const deployments = Map.groupBy(valuesOf(parts, "deployment/"), ([key]) =>
      key.slice(11, key.lastIndexOf("/")),
    );
    return services.map(([key, service]) =>
      cardOf({ key, service, deployments, isAlone: false }, parts, context),
    );
  }
  const key = `service/${cluster}/${name}`;
  const service = /** @type {ServicePart | undefined} */ (parts.get(key));
  if (!service) return [{ key: "gone", wide: true, html: goneService({ cluster, name }, context) }];
  const deployments = new Map([[`${cluster}/${name}`, valuesOf(parts, `deployment/${cluster}/${name}/`)]]);
  return [{ ...cardOf({ key, service, deployments, isAlone: true }, parts, context), wide: true }];
}

/** @param {string} segment */
function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * @param {import("../src/parts.ts").Parts} parts
 * @param {string} prefix
 * @returns {[string, any][]}
 */
function valuesOf(parts, prefix) {
  return [...parts]
    .filter(([key]) => key.startsWith(prefix))
    .sort(([one], [other]) => one.localeCompare(other));
}

/**
 * @param {{ key: string, service: ServicePart, deployments: ReadonlyMap<string, [string, any][]>, isAlone: boolean }} given
 *   with the deployments by cluster and service
 * @param {import("../src/parts.ts").Parts} parts
 * @param {import("../src/tabs.ts").ViewContext} context
 */
function cardOf({ key, service, deployments, isAlone }, parts, context) {
  const about = /** @type {import("../src/parts.ts").AboutPart | undefined} */ (parts.get("about"));
  const own = (deployments.get(`${service.cluster}/${service.name}`) ?? [])
    .map(([, deployment]) => /** @type {DeploymentPart} */ (deployment))
    .sort((one, other) => other.createdAt - one.createdAt);
  const timeScale = about?.timeScale ?? 1;
  const html = () => serviceCard({ service, deployments: own, isAlone, timeScale }, context);
  return { key, of: [service, about, ...own], html };
}

/**
 * @param {import("../src/parts.ts").Parts} parts
 * @param {import("../src/tabs.ts").ViewContext} context
 */
function noServices(parts, { language, html, link }) {
  const t = texts[language];
  const stacks = valuesOf(parts, "stack/").map(([, stack]) => stack);
  const done = stacks.filter(({ status }) => /^(CREATE|UPDATE)_COMPLETE$/.test(status)).length;
  return html`<div class="empty"><h2>${t.noServices}</h2>
<p>${t.noServicesFix}</p>
${stacks.length > 0 && html`<p><a href="${link("/account")}">${t.stacksReady(done, stacks.length)}</a></p>`}</div>`;
}

/**
 * @param {{ cluster: string, name: string }} service
 * @param {import("../src/tabs.ts").ViewContext} context
 */
function goneService({ cluster, name }, { language, html, link }) {
  const t = texts[language];
  return html`<div class="empty"><h2>${t.noSuchService(name, cluster)}</h2>
<p>${t.noSuchServiceFix} <a href="${link("/")}">${t.allServices}</a></p></div>`;
}
