import type { RequestListener } from "node:http";
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, it } from "vitest";
import { check, itemsOf } from "./check.support.ts";
import { createCourseSite, type PageOptions, roleOf } from "./course-site.support.ts";
import { buildByHand, commit, limitAdmin } from "./lab-account.support.ts";
import { codeFiles, courseNames } from "./lab-parts.support.ts";
import { expectCaught, type Mistake, type Seed } from "./mistakes.support.ts";
import type { ServiceName } from "./parts.ts";

/** All nine phases are done in it. */
const simulator = await startTestSimulator({ account: "academy" });
afterAll(() => simulator.close());
const site = createCourseSite();
const lab = await buildByHand(simulator, courseNames, site.programs);
const { aws } = simulator;

/** Replaces the pages of a running program. */
const serve =
  (service: ServiceName, handler: RequestListener): Seed =>
  async () => {
    const before = site.now[service];
    site.now[service] = handler;
    return async () => {
      site.now[service] = before;
    };
  };
const pages = (service: ServiceName, changes: Partial<PageOptions>) =>
  serve(service, site.serve({ ...roleOf[service], ...changes }));
const { customer, employee, monolith } = roleOf;
const [asCustomer, asMonolith] = [site.serve(customer), site.serve(monolith)];
/** The customer with the monolith's routes for some requests. */
const keeps = (method: string, path: RegExp) =>
  serve("customer", (request, response) =>
    (request.method === method && path.test(request.url ?? "") ? asMonolith : asCustomer)(request, response),
  );
const shows = (text: string) => serve("customer", (_, response) => response.end(text));
const moves = (location: string) =>
  serve("customer", (_, response) => response.writeHead(302, { location }).end());

const [customers, employees] = [lab.group("customer", "one"), lab.group("employee", "one")];
const { arn: ListenerArn, rule: RuleArn } = lab.listeners.production;
const forward = (...shares: [arn: string, Weight: number][]): Action[] => {
  const TargetGroups = shares.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  return [{ Type: "forward", ForwardConfig: { TargetGroups } }];
};
const setPriority = (Priority: number) =>
  aws.elbv2.setRulePriorities({ RulePriorities: [{ RuleArn, Priority }] });

/** A further rule of listener 80, where that of /admin has the priority 5. */
const rule =
  (Priority: number, path: string, Actions: Action[]): Seed =>
  async () => {
    await setPriority(5);
    const Conditions = [{ Field: "path-pattern", PathPatternConfig: { Values: [path] } }];
    const { Rules } = await aws.elbv2.createRule({ ListenerArn, Priority, Conditions, Actions });
    return async () => {
      await aws.elbv2.deleteRule({ RuleArn: Rules?.[0]?.RuleArn });
      await setPriority(1);
    };
  };
const adminTo =
  (...shares: [arn: string, Weight: number][]): Seed =>
  async () => {
    await aws.elbv2.modifyRule({ RuleArn, Actions: forward(...shares) });
    return () => aws.elbv2.modifyRule({ RuleArn, Actions: forward([employees, 1]) });
  };

/** Pushes while nothing starts the pipeline; the running image comes back in the same way. */
const pushOnly =
  (service: ServiceName, program: Program): Seed =>
  async () => {
    const { repositories } = await aws.ecr.describeRepositories({ repositoryNames: [service] });
    const push = async (pushed: Program) => {
      const Name = `pushed-${courseNames.pipeline[service]}`;
      await aws.events.disableRule({ Name });
      await pushProgram(simulator, repositories?.[0]?.repositoryUri ?? "", pushed);
      await aws.events.enableRule({ Name });
    };
    await push(program);
    return () => push(site.programs[service]);
  };

it.each<Mistake>([
  ["8.customer-reads", /links to \/supplier-add; .*Monolit/, serve("customer", asMonolith)],
  ["8.customer-reads", /\/supplier-add responds to GET with 200$/, keeps("GET", /-add/)],
  ["8.customer-reads", /-update\/2147483647 responds to GET with 404$/, keeps("GET", /-update/)],
  ["8.customer-reads", /-remove\/2147483647 responds to POST with 404/, keeps("POST", /-remove/)],
  ["8.customer-reads", /-update responds to POST with 200$/, keeps("POST", /-update/)],
  ["8.customer-reads", /-add responds to POST with 200$/, keeps("POST", /-add/)],
  ["8.customer-reads", /employees' title/, pages("customer", { title: employee.title })],
  ["8.site", /200 without a list .*"There was an error"/, pages("customer", { isDown: true })],
  ["8.site", /without a list of suppliers: ""/, shows("")],
  ["8.site", /"Apache \[31m"/, shows("<h1>Apache\u0007\u001b[31m</h1>")],
  ["8.site", /redirects to another host, http:\/\/other\.test\/x/, moves("http://other.test/x")],
  ["8.site", /\/suppliers redirects without end/, moves("/suppliers")],
  ["8.site", /\/admin\/suppliers returns 200 without/, pages("employee", { isDown: true })],
  ["9.navigation", /"navbar navbar-light bg-dark"/, pages("employee", { navbar: "navbar-light bg-dark" })],
  ["8.employee-pages", /links to \/supplier-add/, pages("employee", { links: "" })],
  ["8.employee-pages", /to http:\/\/x:8081\/admin/, pages("employee", { links: "http://x:8081/admin" })],
  ["8.employee-pages", /title Coffee suppliers/, pages("employee", { title: customer.title })],
  ["8.employee-pages", /brand Monolithic/, pages("employee", { brand: monolith.brand })],
  ["8.employee-pages", /no link to add a supplier/, pages("employee", { edits: false })],
  [
    "6.admin-rules",
    /rule 1 .* sends \/admin\/suppliers 100 % to cus/,
    rule(1, "/*", forward([customers, 1])),
  ],
  ["6.listeners", /sends \/suppliers 100 % to emp/, rule(1, "/supplier?", forward([employees, 1]))],
  ["9.source-ip", /rule 9 .* also lets 9\.9\.9\.9/, rule(9, "/admin*", forward([employees, 1]))],
  [
    "7.behind-listener",
    /10 % to emp\S+-two, where/,
    adminTo([employees, 9], [lab.group("employee", "two"), 1]),
  ],
  [
    "8.image",
    /runs sha256:\w+ \(pushed .*Z\); customer:latest is sha256:\w+ \(pushed .*Z\), which is newer/,
    pushOnly("customer", () => undefined),
  ],
  ["8.image", /customer:latest and emp.* are the same/, pushOnly("employee", site.programs.customer)],
])("catches by %s: %s", (...mistake) =>
  expectCaught(mistake, () => check(simulator, { numbers: [5, 6, 7, 8, 9] })),
);

it("explains no wrong page of healthy tasks by a fault of the code that was not released", async () => {
  const path = "employee/index.js";
  const text = codeFiles[path] ?? "";
  await commit(simulator, courseNames.code, { [path]: text.replace("8080", "8081") });
  const undo = await serve("customer", asMonolith)();
  const report = await check(simulator).finally(undo);
  await commit(simulator, courseNames.code, { [path]: text });
  expect(itemsOf(report, "fail").map((each) => each.split(":")[0])).toEqual(["4.port", "8.customer-reads"]);
});

it("passes every item with the course's own rule /admin/*", async () => {
  await limitAdmin(simulator, RuleArn, { paths: ["/admin/*"] });
  const report = await check(simulator, { numbers: [6, 8, 9] });
  await limitAdmin(simulator, RuleArn);
  expect([...itemsOf(report, "fail"), ...itemsOf(report, "unchecked")]).toEqual([]);
});

it("adds, changes and deletes one supplier where it may write, and leaves the others", async () => {
  const row = { name: "Kona", address: "1 A", city: "B", state: "HI", email: "k@example.com", phone: "1" };
  site.rows.set("7", row);
  const failed = async () => itemsOf(await check(simulator, { numbers: [8], write: true }), "fail");
  expect(await failed()).toEqual([]);
  const undo = await pages("employee", { redirects: "" })();
  expect(await failed()).toEqual([
    expect.stringMatching(/POST \S+\/supplier-add redirects to \/suppliers, not/),
  ]);
  await undo();
  expect([...site.rows]).toEqual([["7", row]]);
});
