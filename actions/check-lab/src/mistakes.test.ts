import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, describe, expect, it } from "vitest";
import { check, checkoutOf, costSheet, itemsOf, ownFiles } from "./check.support.ts";
import { buildByHand, commit, type LabAccount, limitAdmin } from "./lab-account.support.ts";
import { codeFiles, courseNames, definitionFiles, pipelineOf } from "./lab-parts.support.ts";

interface Account {
  readonly simulator: TestSimulator;
  readonly lab: LabAccount;
}

/** All nine phases are done in it. */
const simulator = await startTestSimulator({ account: "academy" });
afterAll(() => simulator.close());
const account: Account = { simulator, lab: await buildByHand(simulator) };
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
    ["7.behind-listener", "8.site", "8.customer-reads"],
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
    ["7.services", "8.running", "8.site", "8.image", "8.customer-reads", "9.scaled"],
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
      ...["7.behind-listener", "8.deployment-groups", "8.running", "8.site", "8.customer-reads"],
      ...["8.employee-pages", "9.source-ip", "9.own-address"],
    ],
    /no application load balancer/,
  ],
];

describe("a mistake in an account that is otherwise right", () => {
  it.each(course)("%s", (...mistake) => expectCaught(mistake));
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
    [
      "with an amount that is text",
      "\nMy Estimate,,,Amazon S3,0,soon,,USD,,",
      "1.cost-sheet",
      /S3 has no amount/,
    ],
    [
      "in euros",
      "\nMy Estimate,,,Amazon S3,0,0.10,1.2,EUR,,",
      "1.cost-sheet",
      /are in EUR, not in US dollars/,
    ],
    [
      "whose total is not the sum",
      "\nMy Estimate,,,Amazon S3,0,9,108,USD,,",
      "1.cost-sheet",
      /total is 98.70 a month/,
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
