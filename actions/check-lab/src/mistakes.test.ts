import { describe, expect, it } from "vitest";
import { check, checkoutOf, costSheet, itemsOf, ownFiles } from "./check.support.ts";
import {
  actionOf,
  changeDeploymentGroup,
  editDefinition,
  editPipeline,
  forward,
  limit,
  type Mistake,
  useLabAccount,
} from "./mistakes.support.ts";

const { simulator, lab, expectCaught } = await useLabAccount();

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
    /executionRoleArn belongs to account 210987654321, not 123456789012/,
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
    /containerPort is 8081, not 8080/,
  ],
  [
    "the pipeline reads the code repository",
    editPipeline((pipeline) => {
      const files = actionOf(pipeline, "CodeCommit");
      if (files) files.configuration = { RepositoryName: "microservices", BranchName: "dev" };
    }),
    ["5.taskdef-files", "5.appspec-files", "8.deployment-repository"],
    /the CodeCommit repository microservices, branch dev has no file taskdef-customer\.json/,
  ],
  [
    "the rule has /admin/* without /admin",
    limit({ paths: ["/admin/*"] }),
    ["6.admin-path"],
    /listener 8080 of microservicesLB sends \/admin to the customer/,
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

  it("without public addresses, and with guessed sizes, is compared with ours", async () => {
    const wrong = costSheet.replace(/^.*Public IPv4.*\n/m, "").replace("36.04", "140.00");
    const checkout = checkoutOf({ ...ownFiles, "costs.csv": wrong });
    expect(itemsOf(await check(simulator, { checkout, numbers: [1] }), "fail")).toEqual([
      "1.cost-complete: costs.csv has no public IPv4 addresses",
      "1.cost-amounts: costs.csv: AWS Fargate $140.00, ours $36.04",
    ]);
  });
});
