import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { check, checkoutOf, costSheet, itemsOf, ownFiles } from "./check.support.ts";
import {
  buildByHand,
  codeFiles,
  commit,
  courseNames,
  definitionFiles,
  type LabAccount,
  limitAdmin,
  pipelineOf,
} from "./lab-account.support.ts";

let simulator: TestSimulator;
let empty: TestSimulator;
let lab: LabAccount;
beforeAll(async () => {
  empty = await startTestSimulator();
  simulator = await startTestSimulator({ account: "academy" });
  lab = await buildByHand(simulator);
});
afterAll(async () => {
  await simulator?.close();
  await empty?.close();
});

/** Makes the mistake; the returned function takes it back. */
type Seed = () => Promise<() => Promise<unknown>>;

/** A mistake, the items that fail for it, and the evidence of the first. */
type Mistake = readonly [name: string, seed: Seed, items: readonly string[], evidence: RegExp];

const replace =
  (repository: string, files: Readonly<Record<string, string>>, path: string, text: string) => async () => {
    await commit(simulator, repository, { [path]: text });
    const before = files[path];
    return () => commit(simulator, repository, before ? { [path]: before } : {}, before ? [] : [path]);
  };

/** The changed file of the course's code. */
const edit = (path: string, from: string, to: string) => ({
  [path]: (codeFiles[path] ?? "").replace(from, to),
});

const editDefinition =
  (path: string, from: string | RegExp, to: string): Seed =>
  async () => {
    const files = definitionFiles(courseNames, lab.host);
    return replace(courseNames.deployment, files, path, (files[path] ?? "").replace(from, to))();
  };

const editPipeline =
  (change: (pipeline: PipelineDeclaration) => void): Seed =>
  async () => {
    const { aws } = simulator;
    const pipeline = structuredClone(pipelineOf(courseNames, "customer")) as PipelineDeclaration;
    change(pipeline);
    await aws.codepipeline.updatePipeline({ pipeline });
    return () => aws.codepipeline.updatePipeline({ pipeline: pipelineOf(courseNames, "customer") });
  };

const actionOf = ({ stages = [] }: PipelineDeclaration, provider: string) =>
  stages
    .flatMap(({ actions = [] }) => actions)
    .find(({ actionTypeId }) => actionTypeId?.provider === provider);

const limit =
  (options: Parameters<typeof limitAdmin>[2]): Seed =>
  async () => {
    await limitAdmin(simulator, lab.listeners.test.rule, options);
    return () => limitAdmin(simulator, lab.listeners.test.rule);
  };

const changeGroup =
  (name: string, HealthCheckPath: string): Seed =>
  async () => {
    const [service, number] = name.split(" ") as ["customer" | "employee", "one" | "two"];
    const TargetGroupArn = lab.group(service, number);
    await simulator.aws.elbv2.modifyTargetGroup({ TargetGroupArn, HealthCheckPath });
    return () =>
      simulator.aws.elbv2.modifyTargetGroup({
        TargetGroupArn,
        HealthCheckPath: service === "customer" ? "/" : "/admin/suppliers",
      });
  };

const forward = (TargetGroupArn: string) => [{ Type: "forward" as const, TargetGroupArn }];

const changeDeploymentGroup =
  (targetGroups: readonly string[]): Seed =>
  async () => {
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
    "the service-linked role is missing",
    async () => {
      await simulator.aws.iam.deleteRole({ RoleName: "AWSServiceRoleForECS" });
      return () => simulator.aws.iam.createServiceLinkedRole({ AWSServiceName: "ecs.amazonaws.com" });
    },
    ["5.service-linked-role"],
    /AWSServiceRoleForECS does not exist/,
  ],
];

const code: readonly (readonly [string, { readonly [path: string]: string }, string[], RegExp])[] = [
  [
    "a redirect of the employee leads to the customer",
    edit("employee/controller/supplier.js", "/admin/suppliers", "/suppliers"),
    ["4.employee-redirects"],
    /supplier\.js:1 redirects to \/suppliers/,
  ],
  [
    "the employee routes /admin/ instead of /admin",
    edit("employee/index.js", '"/admin"', '"/admin/"'),
    ["4.employee-routes"],
    /index\.js:2 has the route \/admin\/$/,
  ],
  [
    "a route of the employee is not under /admin",
    edit("employee/index.js", '"/admin/suppliers", s', '"/suppliers", s'),
    ["4.employee-routes"],
    /index\.js:3 has the route \/suppliers/,
  ],
  [
    "the employee has the old title",
    edit("employee/views/nav.html", "Manage coffee suppliers", "Coffee suppliers"),
    ["4.employee-pages"],
    /does not have the title Manage coffee suppliers/,
  ],
  [
    "a form of the employee is not under /admin",
    edit("employee/views/supplier-add.html", "/admin/supplier-add", "/supplier-add"),
    ["4.employee-pages"],
    /supplier-add\.html:1 links to \/supplier-add/,
  ],
  [
    "the employee exposes 8081",
    edit("employee/Dockerfile", "8080", "8081"),
    ["4.dockerfiles", "4.port"],
    /employee\/Dockerfile exposes 8081, not 8080/,
  ],
  [
    "the employee listens on 8081",
    edit("employee/index.js", "8080", "8081"),
    ["4.port"],
    /index\.js:6 has 8081/,
  ],
  [
    "the customer listens on 80",
    edit("customer/index.js", "8080", "80"),
    ["4.port"],
    /customer\/index\.js:5 has 80$/,
  ],
  [
    "the customer can still add suppliers",
    edit("customer/index.js", '// app.post("/supplier-add"', 'app.post("/supplier-add"'),
    ["4.customer-reads"],
    /customer\/index\.js:4 has the route \/supplier-add/,
  ],
  ["a key is committed", { "labsuser.pem": "x" }, ["3.no-keys"], /the repository has labsuser\.pem/],
  [
    "a private key has another name",
    { "customer/secret.txt": "-----BEGIN PRIVATE KEY-----" },
    ["3.no-keys"],
    /the repository has customer\/secret\.txt/,
  ],
  [
    "packages are committed",
    { "employee/node_modules/express/index.js": "x" },
    ["3.no-packages"],
    /employee\/node_modules/,
  ],
];

const reviewer: readonly Mistake[] = [
  [
    "reads the deployment group's pairs: two wrong target groups",
    changeDeploymentGroup(["employee-tg-one", "employee-tg-two"]),
    ["8.deployment-groups"],
    /microservices-customer lacks customer-tg-one/,
  ],
  [
    "reads source-ip from its own field: a rule for everybody",
    limit({ source: "0.0.0.0/0" }),
    ["9.source-ip"],
    /listener 8080: 0\.0\.0\.0\/0 is everybody/,
  ],
  [
    "reads source-ip from its own field: a rule without it",
    limit({ source: "" }),
    ["9.source-ip", "9.own-address"],
    /listener 8080: the rule has no source-ip condition/,
  ],
  [
    "has a check of the task count that can fail",
    async () => {
      const [cluster, service] = [courseNames.cluster, courseNames.service.customer];
      await simulator.aws.ecs.updateService({ cluster, service, desiredCount: 1 });
      await simulator.clock.eventually(async () =>
        expect(
          (await simulator.aws.ecs.describeServices({ cluster, services: [service] })).services,
        ).toMatchObject([{ runningCount: 1 }]),
      );
      return async () => {
        await simulator.aws.ecs.updateService({ cluster, service, desiredCount: 3 });
        await simulator.clock.foreground.wait(180_000);
      };
    },
    ["9.scaled"],
    /customer-microservice wants 1 and runs 1/,
  ],
  [
    "looks at the repository policy",
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
    "looks at the pipeline's inputs: no ECR source",
    editPipeline((pipeline) => {
      const [source, deploy] = pipeline.stages ?? [];
      if (source) source.actions = source.actions?.slice(0, 1);
      const action = deploy?.actions?.[0];
      const { Image1ArtifactName, Image1ContainerName, ...configuration } = action?.configuration ?? {};
      if (action) Object.assign(action, { configuration, inputArtifacts: [{ name: "SourceArtifact" }] });
    }),
    ["8.pipelines", "8.pipeline-image"],
    /update-customer-microservice has no ECR source: an image push cannot start it/,
  ],
  [
    "looks at the pipeline's inputs: brackets in the placeholder",
    editPipeline((pipeline) => {
      const action = actionOf(pipeline, "CodeDeployToECS");
      if (action) action.configuration = { ...action.configuration, Image1ContainerName: "IMAGE_NAME" };
    }),
    ["8.pipeline-image"],
    /has the placeholder IMAGE_NAME, not IMAGE1_NAME/,
  ],
  [
    "looks at the AppSpec: the other service's container",
    editDefinition("appspec-employee.yaml", "ContainerName: employee", "ContainerName: customer"),
    ["5.appspec-files"],
    /appspec-employee\.yaml: ContainerName is customer, not employee/,
  ],
  [
    "looks at the AppSpec: port 8081 and a target group",
    editDefinition(
      "appspec-customer.yaml",
      "ContainerPort: 8080",
      "ContainerPort: 8081\n          TargetGroupArn: x",
    ),
    ["5.appspec-files"],
    /ContainerPort is 8081, not 8080; .*LoadBalancerInfo has TargetGroupArn/,
  ],
];

async function expectCaught([, seed, items, evidence]: Mistake): Promise<void> {
  const undo = await seed();
  const report = await check(simulator, { numbers: [5, 6, 7, 8, 9] }).finally(undo);
  const failed = report.phases.flatMap((phase) => phase.items).filter(({ status }) => status === "fail");
  expect(failed.map(({ id }) => id)).toEqual(items);
  expect(failed[0]?.evidence).toMatch(evidence);
  for (const text of Object.values(failed[0]?.fix ?? {})) expect(text.length).toBeGreaterThan(10);
}

it.each(code)("catches in the code: %s", async (_, change, items, evidence) => {
  const files = { ...codeFiles, ...change, ".devcontainer/devcontainer.json": "{}" };
  const report = await check(empty, { checkout: checkoutOf(files), numbers: [3, 4] });
  const failed = itemsOf(report, "fail");
  expect(failed.map((item) => item.split(":")[0])).toEqual(items);
  expect(failed[0]).toMatch(evidence);
});

describe("a mistake in an account that is otherwise right", () => {
  it.each(course)("%s", (...mistake) => expectCaught(mistake));
});

describe("the reference reviewer is wrong here, and check-lab", () => {
  it.each(reviewer)("%s", (...mistake) => expectCaught(mistake));
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

  it("without public addresses, and with guessed sizes, is compared with ours", async () => {
    const wrong = costSheet.replace(/^.*Public IPv4.*\n/m, "").replace("36.04", "140.00");
    const checkout = checkoutOf({ ...ownFiles, "costs.csv": wrong });
    expect(itemsOf(await check(simulator, { checkout, numbers: [1] }), "fail")).toEqual([
      "1.cost-complete: costs.csv has no public IPv4 addresses",
      "1.cost-amounts: costs.csv: AWS Fargate $140.00, ours $36.04",
    ]);
  });
});
