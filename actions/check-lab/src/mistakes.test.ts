import type { RequestListener } from "node:http";
import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, describe, expect, it } from "vitest";
import { check, checkoutOf, costSheet, itemsOf, ownFiles } from "./check.support.ts";
import { createCourseSite, roleOf } from "./course-site.support.ts";
import { buildByHand, commit, type LabAccount, limitAdmin } from "./lab-account.support.ts";
import { codeFiles, courseNames, definitionFiles, pipelineOf } from "./lab-parts.support.ts";
import type { ServiceName } from "./parts.ts";

interface Account {
  readonly simulator: TestSimulator;
  readonly lab: LabAccount;
}

/** All nine phases are done in it. */
const simulator = await startTestSimulator({ account: "academy" });
afterAll(() => simulator.close());
const site = createCourseSite();
const account: Account = { simulator, lab: await buildByHand(simulator, courseNames, site.programs) };
const { lab } = account;

/** Makes the mistake; the returned function takes it back. */
type Seed = (account: Account) => Promise<() => Promise<unknown>>;

/** A mistake, the item that fails for it, those that wait for that one, and the evidence of the first. */
type Mistake = readonly [name: string, seed: Seed, items: readonly string[], evidence: RegExp];

const replace =
  (repository: string, files: Readonly<Record<string, string>>, path: string, text: string): Seed =>
  async ({ simulator }) => {
    await commit(simulator, repository, { [path]: text });
    const before = files[path];
    return () => commit(simulator, repository, before ? { [path]: before } : {}, before ? [] : [path]);
  };

const editDefinition =
  (path: string, from: string | RegExp, to: string): Seed =>
  async (account) => {
    const files = definitionFiles(courseNames, account.lab.host);
    return replace(courseNames.deployment, files, path, (files[path] ?? "").replace(from, to))(account);
  };

const editPipeline =
  (change: (pipeline: PipelineDeclaration) => void): Seed =>
  async ({ simulator: { aws } }) => {
    const pipeline = structuredClone(pipelineOf(courseNames, "customer")) as PipelineDeclaration;
    change(pipeline);
    await aws.codepipeline.updatePipeline({ pipeline });
    return () => aws.codepipeline.updatePipeline({ pipeline: pipelineOf(courseNames, "customer") });
  };

const actionOf = ({ stages = [] }: PipelineDeclaration, provider: string) =>
  stages
    .flatMap(({ actions = [] }) => actions)
    .find(({ actionTypeId }) => actionTypeId?.provider === provider);

const forward = (TargetGroupArn: string) => [{ Type: "forward" as const, TargetGroupArn }];

const changeDeploymentGroup =
  (targetGroups: readonly string[]): Seed =>
  async ({ simulator, lab }) => {
    const update = (names: readonly string[]) =>
      simulator.aws.codedeploy.updateDeploymentGroup({
        applicationName: courseNames.application,
        currentDeploymentGroupName: courseNames.group.customer,
        loadBalancerInfo: {
          targetGroupPairInfoList: [
            {
              prodTrafficRoute: { listenerArns: [lab.listeners.production.arn] },
              testTrafficRoute: { listenerArns: [lab.listeners.test.arn] },
              targetGroups: names.map((name) => ({ name })),
            },
          ],
        },
      });
    await update(targetGroups);
    return () => update(["customer-tg-two", "customer-tg-one"]);
  };

async function expectCaught([, seed, items, evidence]: Mistake): Promise<void> {
  const undo = await seed(account);
  const report = await check(simulator).finally(undo);
  const all = report.phases.flatMap((phase) => phase.items);
  const failed = all.filter(({ status }) => status === "fail");
  expect(failed.map(({ id }) => id)).toEqual(items.slice(0, 1));
  expect(all.filter(({ status }) => status === "waiting")).toMatchObject(
    items.slice(1).map((id) => ({ id, waitsFor: items.slice(0, 1) })),
  );
  // One fault costs the weight of one item, whatever it breaks.
  expect(report.score.of - report.score.points).toBe(failed[0]?.weight);
  expect(failed[0]?.evidence).toMatch(evidence);
  for (const text of Object.values(failed[0]?.fix ?? {})) expect(text.length).toBeGreaterThan(10);
}

const course: readonly Mistake[] = [
  [
    "the target group of the tasks is no longer behind listener 80",
    async () => {
      const ListenerArn = lab.listeners.production.arn;
      await simulator.aws.elbv2.modifyListener({
        ListenerArn,
        DefaultActions: forward(lab.group("customer", "two")),
      });
      return () =>
        simulator.aws.elbv2.modifyListener({
          ListenerArn,
          DefaultActions: forward(lab.group("customer", "one")),
        });
    },
    ["7.behind-listener", "8.site"],
    /registers its tasks in customer-tg-one, but listener 80 forwards to customer-tg-two/,
  ],
  [
    "the endpoint in a definition file is a placeholder",
    editDefinition("taskdef-customer.json", /"value": "[^"]+"/, '"value": "<RDS-ENDPOINT>"'),
    ["5.taskdef-files"],
    /APP_DB_HOST\]\.value has <RDS-ENDPOINT>/,
  ],
  [
    "the endpoint in a definition file is another account's",
    editDefinition(
      "taskdef-customer.json",
      /"value": "[^"]+"/,
      '"value": "db.abc.us-east-1.rds.amazonaws.com"',
    ),
    ["5.taskdef-files"],
    /taskdef-customer\.json: it has the database db\.abc\.us-east-1\.rds\.amazonaws\.com of another account/,
  ],
  [
    "the role in a definition file is another account's",
    editDefinition("taskdef-employee.json", "123456789012", "210987654321"),
    ["5.taskdef-files"],
    /the role PipelineRole belongs to account 210987654321, not 123456789012/,
  ],
  [
    "the image in a definition file is fixed",
    editDefinition("taskdef-employee.json", "<IMAGE1_NAME>", "employee"),
    ["5.taskdef-files"],
    /the image is employee, not <IMAGE1_NAME>/,
  ],
  [
    "a definition file has port 8081",
    editDefinition("taskdef-employee.json", "8080", "8081"),
    ["5.taskdef-files"],
    /taskdef-employee\.json: it exposes port 8081, not 8080/,
  ],
  [
    "the pipeline reads the code repository",
    editPipeline((pipeline) => {
      const files = actionOf(pipeline, "CodeCommit");
      if (files) files.configuration = { RepositoryName: "microservices", BranchName: "dev" };
    }),
    ["8.pipelines"],
    /reads microservices\/dev; the files are in the CodeCommit repository deployment, branch dev/,
  ],
  [
    "the deployment group has the other service's target groups",
    changeDeploymentGroup(["employee-tg-one", "employee-tg-two"]),
    ["8.deployment-groups"],
    /microservices-customer lacks customer-tg-one/,
  ],
  [
    "the policy of a repository allows everyone",
    async () => {
      const policy = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: "*", Action: "ecr:*" }],
      };
      const repositoryName = "employee";
      await simulator.aws.ecr.setRepositoryPolicy({ repositoryName, policyText: JSON.stringify(policy) });
      return () => simulator.aws.ecr.deleteRepositoryPolicy({ repositoryName });
    },
    ["5.repository-policy"],
    /the policy of employee allows everyone/,
  ],
  [
    "an AppSpec has the other service's container",
    editDefinition("appspec-employee.yaml", "ContainerName: employee", "ContainerName: customer"),
    ["5.appspec-files"],
    /appspec-employee\.yaml: ContainerName is customer, not employee/,
  ],
  [
    "an AppSpec has port 8081 and a target group",
    editDefinition(
      "appspec-customer.yaml",
      "ContainerPort: 8080",
      "ContainerPort: 8081\n          TargetGroupArn: x",
    ),
    ["5.appspec-files"],
    /ContainerPort is 8081, not 8080; .*LoadBalancerInfo has TargetGroupArn/,
  ],
  [
    "the employee's code is not in the repository",
    async () => {
      const own = Object.entries(codeFiles).filter(([path]) => path.startsWith("employee/"));
      const paths = own.map(([path]) => path);
      await commit(simulator, courseNames.code, {}, paths);
      return () => commit(simulator, courseNames.code, Object.fromEntries(own));
    },
    [
      ...["3.folders", "4.dockerfiles", "4.port", "4.employee-routes", "4.employee-redirects"],
      ...["4.employee-pages", "4.account", "4.customer-reads"],
    ],
    /has no folder customer/,
  ],
  [
    "no task of the customer is wanted",
    async () => {
      const [cluster, service] = [courseNames.cluster, courseNames.service.customer];
      await simulator.aws.ecs.updateService({ cluster, service, desiredCount: 0 });
      await simulator.clock.foreground.wait(120_000);
      return async () => {
        await simulator.aws.ecs.updateService({ cluster, service, desiredCount: 3 });
        await simulator.clock.foreground.wait(120_000);
      };
    },
    ["7.services", "8.running", "8.site", "9.scaled"],
    /customer-microservice has the desired count 0/,
  ],
  [
    "the test listener has no rule for the employee",
    async () => {
      await simulator.aws.elbv2.deleteRule({ RuleArn: lab.listeners.test.rule });
      return async () => {
        const { Rules } = await simulator.aws.elbv2.createRule({
          ListenerArn: lab.listeners.test.arn,
          Priority: 1,
          Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/admin", "/admin/*"] } }],
          Actions: forward(lab.group("employee", "one")),
        });
        await limitAdmin(simulator, Rules?.[0]?.RuleArn ?? "");
      };
    },
    ["6.admin-rules", "6.admin-path", "8.deployment-groups", "9.source-ip", "9.own-address"],
    /no rule for \/admin\/\* on listener 8080/,
  ],
  [
    "the load balancer is deleted",
    async () => {
      for (const { arn } of Object.values(lab.listeners))
        await simulator.aws.elbv2.deleteListener({ ListenerArn: arn });
      await simulator.aws.elbv2.deleteLoadBalancer({ LoadBalancerArn: lab.loadBalancer });
      return async () => {};
    },
    [
      ...["6.load-balancer", "6.security-group", "6.listeners", "6.admin-rules", "6.admin-path"],
      ...["7.behind-listener", "8.deployment-groups", "8.running", "8.site", "9.source-ip", "9.own-address"],
    ],
    /no application load balancer/,
  ],
];

describe("a mistake in an account that is otherwise right", () => {
  it.each(course)("%s", (...mistake) => expectCaught(mistake));
});

/** What a running program serves. */
const serve =
  (service: ServiceName, handler: RequestListener): Seed =>
  async () => {
    const before = site.now[service];
    site.now[service] = handler;
    return async () => {
      site.now[service] = before;
    };
  };
const { customer, employee, monolith } = roleOf;
const [asCustomer, asMonolith] = [site.serve(customer), site.serve(monolith)];
const page =
  (text: string): RequestListener =>
  (_, response) =>
    response.end(text);

/** A rule before that of /admin, on listener 80. */
const ruleBefore =
  (path: string, Actions: Action[], hasSource = false): Seed =>
  async () => {
    const { arn: ListenerArn, rule: RuleArn } = lab.listeners.production;
    const { elbv2 } = simulator.aws;
    const setPriority = (Priority: number) =>
      elbv2.setRulePriorities({ RulePriorities: [{ RuleArn, Priority }] });
    if (!hasSource) await setPriority(5);
    const Conditions = [{ Field: "path-pattern", PathPatternConfig: { Values: [path] } }];
    const { Rules } = await elbv2.createRule({
      ListenerArn,
      Priority: hasSource ? 9 : 1,
      Conditions,
      Actions,
    });
    return async () => {
      await elbv2.deleteRule({ RuleArn: Rules?.[0]?.RuleArn });
      await setPriority(1);
    };
  };

const weights = (...shares: [arn: string, Weight: number][]): Action[] => {
  const TargetGroups = shares.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  return [{ Type: "forward", ForwardConfig: { TargetGroups } }];
};
const [customers, employees] = [lab.group("customer", "one"), lab.group("employee", "one")];
const forwardAdmin =
  (Actions: Action[]): Seed =>
  async () => {
    const RuleArn = lab.listeners.production.rule;
    await simulator.aws.elbv2.modifyRule({ RuleArn, Actions });
    return () => simulator.aws.elbv2.modifyRule({ RuleArn, Actions: forward(employees) });
  };

/** Pushes while nothing starts the pipeline, and puts the running image back. */
const pushOnly =
  (service: ServiceName, program: Program): Seed =>
  async () => {
    const { ecr, events } = simulator.aws;
    const Name = `pushed-${courseNames.pipeline[service]}`;
    const { repositories } = await ecr.describeRepositories({ repositoryNames: [service] });
    const push = async (pushed: Program) => {
      await events.disableRule({ Name });
      await pushProgram(simulator, repositories?.[0]?.repositoryUri ?? "", pushed);
      await events.enableRule({ Name });
    };
    await push(program);
    return () => push(site.programs[service]);
  };

const checkHealthAt =
  (HealthCheckPath: string): Seed =>
  async () => {
    const { aws, clock } = simulator;
    const change = async (HealthCheckPath: string) => {
      await aws.elbv2.modifyTargetGroup({ TargetGroupArn: employees, HealthCheckPath });
      await clock.foreground.wait(5 * 60_000);
    };
    await change(HealthCheckPath);
    return () => change("/admin/suppliers");
  };

const stopDatabase: Seed = async () => {
  const DBInstanceIdentifier = "supplierdb";
  await simulator.aws.rds.stopDBInstance({ DBInstanceIdentifier });
  const undo = await serve("customer", site.serve({ ...customer, isDown: true }))(account);
  return async () => {
    await undo();
    await simulator.aws.rds.startDBInstance({ DBInstanceIdentifier });
    await simulator.clock.foreground.wait(60 * 60_000);
  };
};

const running: readonly Mistake[] = [
  [
    "the monolith runs as the customer",
    serve("customer", asMonolith),
    ["8.customer-reads"],
    /20080|\/suppliers links to \/supplier-add; .* the monolith's brand, Monolithic Coffee suppliers; .*\/supplier-add responds to GET with 200/,
  ],
  [
    "the customer hides the links, and keeps the form",
    serve("customer", (request, response) =>
      (request.url?.includes("supplier-add") ? asMonolith : asCustomer)(request, response),
    ),
    ["8.customer-reads"],
    /\/supplier-add responds to GET with 200$/,
  ],
  [
    "the customer keeps the routes of POST",
    serve("customer", (request, response) =>
      (request.method === "POST" ? asMonolith : asCustomer)(request, response),
    ),
    ["8.customer-reads"],
    /\/supplier-remove\/2147483647 responds to POST with 404$/,
  ],
  [
    "the customer keeps the POST of new suppliers alone",
    serve("customer", (request, response) => {
      const isAdded = request.method === "POST" && request.url === "/supplier-add";
      return (isAdded ? asMonolith : asCustomer)(request, response);
    }),
    ["8.customer-reads"],
    /\/supplier-add responds to POST with 200$/,
  ],
  [
    "the customer has the employees' title",
    serve("customer", site.serve({ ...customer, title: employee.title })),
    ["8.customer-reads"],
    /has the employees' title/,
  ],
  [
    "the customer's list is an error with status 200",
    serve("customer", site.serve({ ...customer, isDown: true })),
    ["8.site"],
    /\/suppliers returns 200 without a list of suppliers: "There was an error"/,
  ],
  [
    "the database is stopped",
    stopDatabase,
    ["8.site"],
    /"There was an error"; .*the database supplierdb is (stopping|stopped)/,
  ],
  [
    "the customer's list is empty of everything",
    serve("customer", page("")),
    ["8.site"],
    /without a list of suppliers: ""/,
  ],
  [
    "the customer's page is another program's",
    serve("customer", page("<title>It works!</title><h1>Apache\u0007\u001b[31m</h1>")),
    ["8.site"],
    /without a list of suppliers: "Apache \[31m"/,
  ],
  [
    "the customer's page is on another host",
    serve("customer", (_, response) =>
      response.writeHead(302, { location: "http://other.test/suppliers" }).end(),
    ),
    ["8.site"],
    /redirects to another host, http:\/\/other\.test\/suppliers/,
  ],
  [
    "the customer's page redirects to itself",
    serve("customer", (_, response) => response.writeHead(302, { location: "/suppliers" }).end()),
    ["8.site"],
    /redirects without end/,
  ],
  [
    "the employee's list is an error with status 200",
    serve("employee", site.serve({ ...employee, isDown: true })),
    ["8.site"],
    /\/admin\/suppliers returns 200 without a list/,
  ],
  [
    "the employee links to the customer's routes",
    serve("employee", site.serve({ ...employee, links: "" })),
    ["8.employee-pages"],
    /\/admin\/suppliers links to \/supplier-add/,
  ],
  [
    "the employee's pages are on the workstation's port",
    serve("employee", site.serve({ ...employee, links: "http://127.0.0.1:8081/admin" })),
    ["8.employee-pages"],
    /links to http:\/\/127\.0\.0\.1:8081\/admin\/supplier-add/,
  ],
  [
    "the employee has the customers' title",
    serve("employee", site.serve({ ...employee, title: customer.title })),
    ["8.employee-pages"],
    /has the title Coffee suppliers/,
  ],
  [
    "the employee has the monolith's brand",
    serve("employee", site.serve({ ...employee, brand: monolith.brand })),
    ["8.employee-pages"],
    /has the brand Monolithic Coffee suppliers/,
  ],
  [
    "the employee cannot add",
    serve("employee", site.serve({ ...employee, edits: false })),
    ["8.employee-pages"],
    /has no link to add a supplier/,
  ],
  [
    "a rule for everything is before that of /admin",
    ruleBefore("/*", forward(customers)),
    ["6.admin-rules"],
    /listener 80: rule 1 \(\/\*\) sends \/admin\/suppliers 100 % to customer-tg-one, not to employee-tg-one/,
  ],
  [
    "a rule before that of /admin refuses a part of it",
    ruleBefore("/admin/supplier-a*", [
      { Type: "fixed-response", FixedResponseConfig: { StatusCode: "403" } },
    ]),
    ["6.admin-rules", "8.employee-pages"],
    /rule 1 \(\/admin\/supplier-a\*\) sends \/admin\/supplier-add fixed-response/,
  ],
  [
    "a rule sends the customers' list to the employee",
    ruleBefore("/supplier?", forward(employees)),
    ["6.listeners", "8.site"],
    /rule 1 \(\/supplier\?\) sends \/suppliers 100 % to employee-tg-one, not to customer-tg-one/,
  ],
  [
    "a second rule for /admin is open to everyone",
    ruleBefore("/admin*", forward(employees), true),
    ["9.source-ip"],
    /listener 80: rule 9 \(\/admin\*\) also lets 9\.9\.9\.9 to the employee/,
  ],
  [
    "a part of /admin goes to the customer",
    forwardAdmin(weights([employees, 90], [customers, 10])),
    ["6.admin-rules", "7.behind-listener"],
    /sends \/admin\/suppliers 90 % to employee-tg-one, 10 % to customer-tg-one/,
  ],
  [
    "a part of /admin goes to the group without tasks",
    forwardAdmin(weights([employees, 9], [lab.group("employee", "two"), 1])),
    ["7.behind-listener"],
    /listener 80 sends 10 % to employee-tg-two, where .*employee-microservice has no tasks/,
  ],
  [
    "the health check reads a path that does not exist",
    checkHealthAt("/admin/supplier"),
    ["6.health-paths", "8.running", "8.site"],
    /employee-tg-one checks \/admin\/supplier: Health checks failed with these codes: \[404\]/,
  ],
  [
    "an image was pushed, and not deployed",
    pushOnly("customer", () => undefined),
    ["8.image"],
    /runs sha256:\w+ \(pushed [\dT:.Z-]+\); customer:latest is sha256:\w+ \(pushed [\dT:.Z-]+\), which is newer/,
  ],
  [
    "the customer's image was pushed as the employee's",
    pushOnly("employee", site.programs.customer),
    ["8.image"],
    /customer:latest and employee:latest are the same image/,
  ],
];

it("passes every item with the course's own rule /admin/*", async () => {
  const { rule } = lab.listeners.production;
  await limitAdmin(simulator, rule, { paths: ["/admin/*"] });
  const report = await check(simulator, { numbers: [6, 8, 9] });
  await limitAdmin(simulator, rule);
  expect([...itemsOf(report, "fail"), ...itemsOf(report, "unchecked")]).toEqual([]);
});

describe("a mistake that only the running site shows", () => {
  it.each(running)("%s", (...mistake) => expectCaught(mistake));

  it("is made by writing where it was asked for, and nothing is left", async () => {
    const write = async () => itemsOf(await check(simulator, { numbers: [8], write: true }), "fail");
    expect(await write()).toEqual([]);
    const seed = serve("employee", site.serve({ ...employee, redirects: "" }));
    const undo = await seed(account);
    expect(await write()).toEqual([
      expect.stringMatching(/^8\.employee-pages: POST \S+\/supplier-add redirects to \/suppliers, not/),
    ]);
    await undo();
    expect([...site.rows]).toEqual([]);
  });
});

describe("a cost sheet", () => {
  it.each([
    [
      "that charges for IAM",
      "\nMy Estimate,US East (N. Virginia),,AWS IAM,0,5.00,60,USD,,",
      "1.cost-free",
      /charges for IAM; it is free/,
    ],
    [
      "with CodeBuild",
      "\nMy Estimate,US East (N. Virginia),,AWS CodeBuild,0,5.00,60,USD,,",
      "1.cost-free",
      /CodeBuild; the lab does not use it/,
    ],
    [
      "with another region",
      "\nMy Estimate,Europe (Paris),,Amazon S3,0,1.00,12,USD,,",
      "1.cost-sheet",
      /Amazon S3 is in Europe \(Paris\)/,
    ],
  ])("%s", async (_, row, item, evidence) => {
    const checkout = checkoutOf({ ...ownFiles, "costs.csv": costSheet.trimEnd() + row });
    const failed = itemsOf(await check(simulator, { checkout, numbers: [1] }), "fail");
    expect(failed).toEqual([expect.stringMatching(evidence)]);
    expect(failed[0]).toMatch(new RegExp(`^${item}:`));
  });

  it.each([
    [
      "Mermaid in a document of that name is",
      "docs/architecture.md",
      "# A\n\n```mermaid\nflowchart LR\n```",
      [],
    ],
    [
      "a document that only speaks of Mermaid is not",
      "docs/architecture.md",
      "See ```mermaid``` blocks",
      ["1.diagram"],
    ],
  ])("%s a diagram", async (_, path, text, failed) => {
    const checkout = checkoutOf({ "costs.csv": costSheet, [path]: text });
    const found = itemsOf(await check(simulator, { checkout, numbers: [1] }), "fail");
    expect(found.map((each) => each.split(":")[0])).toEqual(failed);
  });

  it("that does not exist is one fault", async () => {
    const { score } = await check(simulator);
    const report = await check(simulator, { checkout: checkoutOf({ "docs/architecture.drawio": "x" }) });
    expect(itemsOf(report, "fail")).toContain(
      "1.cost-sheet: the repository has no CSV file of AWS's calculator",
    );
    expect(score.points - report.score.points).toBe(1);
  });

  it("without public addresses, and with guessed sizes, is compared with ours", async () => {
    const wrong = costSheet.replace(/^.*Public IPv4.*\n/m, "").replace("36.04", "140.00");
    const checkout = checkoutOf({ ...ownFiles, "costs.csv": wrong });
    expect(itemsOf(await check(simulator, { checkout, numbers: [1] }), "fail")).toEqual([
      "1.cost-complete: costs.csv has no public IPv4 addresses",
      "1.cost-amounts: costs.csv: AWS Fargate $140.00, ours $36.04",
    ]);
  });
});
