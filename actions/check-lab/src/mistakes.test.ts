import { describe, expect, it } from "vitest";
import { check, checkoutOf, costSheet, itemsOf, ownFiles } from "./check.support.ts";
import {
  actionOf,
  changeGroup,
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
    "no rule starts the pipeline",
    async () => {
      const { events } = simulator.aws;
      const Rule = "pushed-update-customer-microservice";
      const { Targets } = await events.listTargetsByRule({ Rule });
      await events.removeTargets({ Rule, Ids: ["pipeline"] });
      return () => events.putTargets({ Rule, Targets });
    },
    ["8.image-trigger"],
    /no EventBridge rule starts update-customer-microservice when customer:latest is pushed/,
  ],
  [
    "the rule that starts the pipeline is disabled",
    async () => {
      const Name = "pushed-update-employee-microservice";
      await simulator.aws.events.disableRule({ Name });
      return () => simulator.aws.events.enableRule({ Name });
    },
    ["8.image-trigger"],
    /the rule pushed-update-employee-microservice that starts .* is DISABLED/,
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
    "the source range excludes the student's own browser",
    limit({ source: "198.51.100.9/32" }),
    ["9.own-address"],
    /listener 8080: 198\.51\.100\.9\/32 does not contain your browser's 127\.0\.0\.1/,
  ],
  [
    "the employee's group checks the customer's path",
    changeGroup("employee one", "/"),
    ["6.health-paths", "8.deployment-groups"],
    /employee-tg-one is behind the employee's paths and checks \//,
  ],
  [
    "the image latest is missing",
    async () => {
      const { ecr } = simulator.aws;
      const repositoryName = "customer";
      const { images = [] } = await ecr.batchGetImage({ repositoryName, imageIds: [{ imageTag: "latest" }] });
      const { imageManifest = "", imageManifestMediaType } = images[0] ?? {};
      await ecr.batchDeleteImage({ repositoryName, imageIds: [{ imageTag: "latest" }] });
      return () =>
        ecr.putImage({ repositoryName, imageManifest, imageManifestMediaType, imageTag: "latest" });
    },
    ["5.images"],
    /customer has no image with the tag latest/,
  ],
  [
    "a target group is of type instance",
    async () => {
      const { elbv2 } = simulator.aws;
      const [healthy] = (await elbv2.describeTargetGroups({ Names: ["customer-tg-two"] })).TargetGroups ?? [];
      const { VpcId, HealthCheckPath } = healthy ?? {};
      const group = {
        Name: "customer-instances",
        Protocol: "HTTP",
        Port: 8080,
        VpcId,
        HealthCheckPath,
      } as const;
      const { TargetGroups } = await elbv2.createTargetGroup(group);
      const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? "";
      const ListenerArn = lab.listeners.test.arn;
      await elbv2.modifyListener({ ListenerArn, DefaultActions: forward(TargetGroupArn) });
      return async () => {
        await elbv2.modifyListener({ ListenerArn, DefaultActions: forward(lab.group("customer", "two")) });
        await elbv2.deleteTargetGroup({ TargetGroupArn });
      };
    },
    ["6.target-groups", "8.deployment-groups"],
    /customer-instances is of type instance, not ip/,
  ],
  [
    "the service-linked role is missing",
    async () => {
      await simulator.aws.iam.deleteRole({ RoleName: "AWSServiceRoleForECS" });
      return () => simulator.aws.iam.createServiceLinkedRole({ AWSServiceName: "ecs.amazonaws.com" });
    },
    ["5.service-linked-role"],
    /AWSServiceRoleForECS does not exist/,
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
