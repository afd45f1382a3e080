import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, it } from "vitest";
import { check, openLabIn } from "../check.support.ts";
import { createCourseSite, roleOf } from "../course-site.support.ts";
import { buildByHand } from "../lab-account.support.ts";
import { courseNames } from "../lab-parts.support.ts";
import { expectCaught } from "../mistakes.support.ts";
import { createReadPage } from "../read-page.ts";
import { breakLab, faults } from "./faults.ts";
import { changesIn, observe } from "./observe.ts";
import { openClients } from "./place.ts";

/** All nine phases are done in it. */
const simulator = await startTestSimulator({
  account: "academy",
  networks: "enforce",
  permissions: "enforce",
});
afterAll(() => simulator.close());
const site = createCourseSite();
await buildByHand(simulator, courseNames, withDatabase());
const aws = openClients(simulator.clientConfig);
const wait = simulator.clock.foreground.wait;
const timeoutMs = 2_000;
const open = () => ({ aws, lab: openLabIn(simulator, { readPage: createReadPage(timeoutMs) }) });
const checkNow = () => check(simulator, { readPage: createReadPage(timeoutMs), numbers: [5, 6, 7, 8, 9] });
const working = await observe(open().lab, timeoutMs);

/** The programs need the account's database, as the course's do. */
function withDatabase(): typeof site.programs {
  const isStopped = async () => {
    const { DBInstances } = await simulator.aws.rds.describeDBInstances({});
    return DBInstances?.[0]?.DBInstanceStatus !== "available";
  };
  const programOf =
    (service: "customer" | "employee"): (typeof site.programs)["customer"] =>
    ({ environment: { APP_DB_HOST = "" }, isDatabaseClosed, listen }) => {
      const down = site.serve({ ...roleOf[service], isDown: true });
      listen(8080, async (request, response) => {
        const isDown = isDatabaseClosed(APP_DB_HOST, 3306) || (await isStopped());
        (isDown ? down : site.now[service])(request, response);
      });
    };
  return { customer: programOf("customer"), employee: programOf("employee") };
}

it.each(faults)("$name shows its symptom, fails its items, and is repaired", async (fault) => {
  let seen: string[] = [];
  const lookAndCheck = async () => {
    seen = changesIn(working, await observe(open().lab, timeoutMs));
    return checkNow();
  };
  const seed = () => breakLab(fault, open, wait);
  await expectCaught([fault.items, new RegExp(fault.evidence), seed], lookAndCheck);
  expect(seen).toContainEqual(expect.stringMatching(fault.sees));
  const { phases } = await checkNow();
  expect(phases.flatMap(({ items }) => items).filter(({ status }) => status !== "pass")).toEqual([]);
});
