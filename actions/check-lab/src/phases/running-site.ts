import { hint } from "../choices.ts";
import type { Lab } from "../lab.ts";
import { rangesOf } from "../listener-rules.ts";
import { broken, type Outcome, Unreadable, unchecked, verdict } from "../outcome.ts";
import { containerOf, type ListenerName, type ServiceName, services } from "../parts.ts";
import type { Page, PageRequest } from "../read-page.ts";
import { changing, listProblem, namesOf, quoted, targetsOf } from "../site-pages.ts";
import { listenerNames } from "./forwarding.ts";
import { tryWriting } from "./try-writing.ts";

const listPath = { customer: "/suppliers", employee: "/admin/suppliers" } as const;
const employeeName = /manage coffee suppliers/i;

/** Reads the list through both listeners; 8080 has no tasks of its own before the first release and between two. */
export async function checkSite(lab: Lab, service: ServiceName): Promise<Outcome> {
  // All at once, since a site may hang.
  await Promise.all(services.flatMap((each) => listenerNames.map((name) => hint(readList(lab, each, name)))));
  const groups = listenerNames.map(async (name) => hint(lab.roles.targetGroup(service, name)));
  const [production, test] = await Promise.all(groups);
  const isShared = production?.TargetGroupArn === test?.TargetGroupArn;
  const pages = [await readList(lab, service, "production")];
  // Port 8080 may be open to chosen addresses only.
  const tested = isShared ? await hint(readList(lab, service, "test")) : undefined;
  if (tested) pages.push(tested);
  const [blocked] = await Promise.all(pages.map((page) => isBlocked(lab, service, page)));
  if (blocked) return unchecked(blocked);
  const problems = pages.flatMap((page) => listProblem(page)?.replace(/^/, `${page.address} `) ?? []);
  if (problems.length > 0) problems.push(...(await stoppedDatabase(lab, service)));
  return verdict(problems, pages.map(({ address }) => `${address} lists suppliers`).join(", "));
}

const readList = async ({ readPage, siteAddress }: Lab, service: ServiceName, name: ListenerName) =>
  readPage(`${await siteAddress(name)}${listPath[service]}`);

/**
 * The customer's 404 behind a rule for chosen addresses. It can also be the program's own: then it has the employees'
 * title, or its health check, which no rule concerns, fails too.
 */
async function isBlocked(lab: Lab, service: ServiceName, page: Page): Promise<string | undefined> {
  if (service === "customer" || page.status !== 404 || employeeName.test(namesOf(page).title))
    return undefined;
  const rule = await hint(lab.roles.adminRule("production"));
  if (!rule || rangesOf(rule).length === 0) return undefined;
  const group = await hint(lab.roles.targetGroup(service, "production"));
  const health = await hint(lab.account.targetHealth(group?.TargetGroupArn ?? ""));
  if (health && !health.some(({ TargetHealth }) => TargetHealth?.State === "healthy")) return undefined;
  return `${page.address} is open to the rule's source addresses only, not to this machine`;
}

async function stoppedDatabase({ account, roles }: Lab, service: ServiceName): Promise<string[]> {
  const definition = await hint(roles.taskDefinition(service));
  const { environment = [] } = (definition && containerOf(definition, service)) ?? {};
  const host = environment.find(({ name }) => name === "APP_DB_HOST")?.value;
  const found = (await hint(account.databases()))?.find(({ Endpoint }) => Endpoint?.Address === host);
  const { DBInstanceIdentifier: name, DBInstanceStatus: status = "available" } = found ?? {};
  return status === "available" ? [] : [`the database ${name} is ${status}`];
}

/** The list that a page item judges; without it, 8.site says why. */
async function listOf(lab: Lab, service: ServiceName): Promise<Page> {
  const page = await readList(lab, service, "production");
  const problem = (await isBlocked(lab, service, page)) ?? listProblem(page);
  if (problem) throw new Unreadable(`${page.address} gives no list to check (8.site): ${problem}`);
  return page;
}

export async function checkCustomerPages(lab: Lab): Promise<Outcome> {
  const page = await listOf(lab, "customer");
  const { title, brand } = namesOf(page);
  const links = targetsOf(page).filter(
    ({ url }) => changing.test(url.pathname) && !url.pathname.startsWith("/admin"),
  );
  const problems = [
    ...[...new Set(links.map(({ kind, written }) => `${page.address} ${kind} ${quoted(written)}`))],
    ...broken(
      [!employeeName.test(title), `${page.address} has the employees' title, ${title}`],
      [!/monolith/i.test(brand), `${page.address} has the monolith's brand, ${brand}`],
    ),
  ].slice(0, 5);
  problems.push(...(await changingRoutes(lab)));
  return verdict(problems, `${page.address} and the addresses below it change no supplier`);
}

/** The largest INT: the column's AUTO_INCREMENT gives it last, so no supplier has it. */
const absentId = "2147483647";

/**
 * Requests whose response shows that a route exists, without changing a supplier: pages are read first, which already
 * finds the monolith. Then come a delete and an update of an id that no row has, and last an empty form, of which the
 * course's program refuses every field, and the course's table each NULL.
 */
const probes: readonly (readonly [PageRequest, path: string])[] = [
  [{ method: "GET" }, "/supplier-add"],
  [{ method: "GET" }, `/supplier-update/${absentId}`],
  [{ method: "POST", form: {} }, `/supplier-remove/${absentId}`],
  [{ method: "POST", form: { id: absentId } }, "/supplier-update"],
  [{ method: "POST", form: {} }, "/supplier-add"],
];

/** Stops at the first method that finds a route. */
async function changingRoutes({ readPage, siteAddress }: Lab): Promise<string[]> {
  const site = await siteAddress("production");
  for (const [request, path] of probes) {
    const known = await readPage(`${site}${path}`, request);
    const unknown = await readPage(`${site}/check-lab-unknown-${path.slice(1)}`, request);
    if (exists(known, unknown))
      return [`${known.address} responds to ${request.method} with ${known.status}`];
  }
  return [];
}

/** Refusals: a route that does not exist, that is forbidden, or only for another method. */
const refusals = [401, 403, 404, 405, 410, 429, 501];

function exists(known: Page, unknown: Page): boolean {
  if (known.problem !== undefined || unknown.problem !== undefined) return false;
  const isJson = ({ mediaType = "" }: Page) => mediaType.endsWith("json");
  // The course's program says as JSON that a supplier does not exist.
  if (known.status === 404) return isJson(known) && !isJson(unknown);
  if (refusals.includes(known.status)) return false;
  return known.status !== unknown.status || targetsOf(known).some(({ kind }) => kind === "posts to");
}

export async function checkEmployeePages(lab: Lab): Promise<Outcome> {
  const page = await listOf(lab, "employee");
  const { title, brand } = namesOf(page);
  const edits = targetsOf(page).filter(({ url }) => changing.test(url.pathname));
  const firstOf = (part: string) => edits.find(({ url }) => url.pathname.includes(part))?.url;
  const own = [firstOf("supplier-add"), firstOf("supplier-update")].filter(
    (url) => url?.origin === new URL(page.address).origin && url.pathname.startsWith("/admin/"),
  );
  const forms = await Promise.all(own.map((url) => lab.readPage(`${url}`)));
  const problems = [page, ...forms].flatMap((each) =>
    targetsOf(each)
      .filter(
        ({ kind, url }) =>
          isOutside(url, page.address) && (kind === "posts to" || changing.test(url.pathname)),
      )
      .map(({ kind, written }) => `${each.address} ${kind} ${quoted(written)}`),
  );
  problems.push(
    ...forms
      .filter(({ status }) => status !== 200)
      .map(({ address, status }) => `${address} returns ${status}`),
    ...broken(
      [employeeName.test(title), `${page.address} has the title ${title || "none"}`],
      [!brand || employeeName.test(brand), `${page.address} has the brand ${brand}`],
      [
        edits.some(({ url }) => /supplier-add/.test(url.pathname)),
        `${page.address} has no link to add a supplier`,
      ],
    ),
  );
  const add = forms
    .flatMap(targetsOf)
    .find(({ kind, url }) => kind === "posts to" && /supplier-add/.test(url.pathname));
  if (lab.write && problems.length === 0) problems.push(...(await tryWriting(lab, page.address, add)));
  return verdict([...new Set(problems)].slice(0, 5), `${page.address} is ${title}, with links under /admin`);
}

const isOutside = ({ origin, pathname }: URL, address: string) =>
  origin !== new URL(address).origin || !pathname.startsWith("/admin/");
