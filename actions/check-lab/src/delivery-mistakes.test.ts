import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, it } from "vitest";
import { check, itemsOf } from "./check.support.ts";
import { cidr, deliverySeeds, type Seed } from "./delivery-seeds.support.ts";
import { buildByHand } from "./lab-account.support.ts";
import { appSpec, courseNames, executionRole } from "./lab-parts.support.ts";

/** All nine phases are done in it. */
const simulator = await startTestSimulator({ account: "academy" });
afterAll(() => simulator.close());
const lab = await buildByHand(simulator);
const { codepipeline, codecommit } = simulator.aws;
const seeds = deliverySeeds(simulator, lab);
const {
  right,
  taskdef,
  files,
  edit,
  editAppSpec,
  configure,
  endAfter,
  editRule,
  targetRole,
  distrust,
  openTo,
} = seeds;

/** A mistake, how it is made, the items that fail, and the evidence of the first. */
const mistakes: readonly (readonly [name: string, seed: Seed, items: string, evidence: RegExp])[] = [
  [
    "a file's family is another one",
    edit("customer-microservice", "customer"),
    "5.taskdef-files",
    /the family is customer; the service runs customer-microservice/,
  ],
  ["a file has no family", edit(/"family".*\n/, ""), "5.taskdef-files", /the family is missing/],
  [
    "a file's container has another name",
    edit('"name": "customer"', '"name": "web"'),
    "5.taskdef-files",
    /has the container web, not customer/,
  ],
  ["a file is for EC2", edit("FARGATE", "EC2"), "5.taskdef-files", /it is not for Fargate/],
  [
    "a file has the network mode bridge",
    edit("awsvpc", "bridge"),
    "5.taskdef-files",
    /network mode bridge, not awsvpc/,
  ],
  [
    "Fargate has no such size",
    edit('"1024"', '"512"'),
    "5.taskdef-files",
    /no size with cpu 512 and memory 512/,
  ],
  [
    "a file's role does not exist",
    edit("role/PipelineRole", "role/PipelinRole"),
    "5.taskdef-files",
    /the role PipelinRole does not exist/,
  ],
  [
    "ECS may not use a file's role",
    edit("role/PipelineRole", "role/DeployRole"),
    "5.taskdef-files",
    /DeployRole does not trust ecs-tasks/,
  ],
  ["a file has no role", edit(/"executionRoleArn".*\n/, ""), "5.taskdef-files", /no execution role/],
  ["a file has no APP_DB_HOST", edit("APP_DB_HOST", "DB_HOST"), "5.taskdef-files", /no APP_DB_HOST/],
  [
    "a file writes no log",
    edit("logConfiguration", "logging"),
    "5.taskdef-files",
    /container customer has no logConfiguration/,
  ],
  [
    "a file's log is in another region",
    edit('"us-east-1"', '"us-west-2"'),
    "5.taskdef-files",
    /awslogs-region is us-west-2, not us-east-1/,
  ],
  [
    "a file is not JSON",
    edit('"awsvpc",', '"awsvpc",,'),
    "5.taskdef-files",
    /taskdef-customer\.json is not valid JSON/,
  ],
  [
    "a file is missing",
    files({ [taskdef]: undefined }),
    "5.taskdef-files",
    /has no file taskdef-customer\.json/,
  ],
  [
    "an AppSpec has no version",
    editAppSpec(/version.*\n/, ""),
    "5.appspec-files",
    /version is missing, not 0\.0/,
  ],
  [
    "an AppSpec is for EC2",
    editAppSpec("AWS::ECS::Service", "AWS::EC2::Instance"),
    "5.appspec-files",
    /has the type AWS::EC2::Instance/,
  ],
  [
    "an AppSpec has a fixed revision",
    editAppSpec("<TASK_DEFINITION>", "customer-microservice:1"),
    "5.appspec-files",
    /TaskDefinition is customer-microservice:1/,
  ],
  [
    "an AppSpec is not YAML",
    editAppSpec("Resources:", "Resources: ["),
    "5.appspec-files",
    /is not valid YAML/,
  ],
  [
    "the pipeline reads a branch that does not exist",
    configure("files", { BranchName: "main" }),
    "8.pipelines",
    /reads deployment\/main; the files are in .* branch dev/,
  ],
  [
    "the pipeline uses a path that does not exist",
    configure("deploy", { TaskDefinitionTemplatePath: "taskdef.json" }),
    "8.pipelines",
    /uses taskdef\.json, which deployment\/dev does not have; the customer's is taskdef-customer\.json/,
  ],
  [
    "the pipeline uses the other service's files",
    configure("deploy", {
      TaskDefinitionTemplatePath: "taskdef-employee.json",
      AppSpecTemplatePath: "appspec-employee.yaml",
    }),
    "8.pipelines",
    /uses taskdef-employee\.json, the other service's file; .*appspec-employee/,
  ],
  [
    "the pipeline takes the files from the image",
    configure("deploy", { TaskDefinitionTemplateArtifact: "image-customer" }),
    "8.pipelines",
    /takes TaskDefinitionTemplateArtifact from image-customer/,
  ],
  [
    "the pipeline deploys the other service",
    configure("deploy", { DeploymentGroupName: "microservices-employee" }),
    "8.pipelines",
    /deploys by microservices\/microservices-employee, not/,
  ],
  [
    "a transition is disabled",
    async () => {
      const transition = {
        pipelineName: courseNames.pipeline.customer,
        stageName: "Deploy",
        transitionType: "Inbound" as const,
      };
      await codepipeline.disableStageTransition({ ...transition, reason: "later" });
      return () => codepipeline.enableStageTransition(transition);
    },
    "8.pipelines",
    /has its transition into Deploy disabled \(later\)/,
  ],
  [
    "the pipeline fills another placeholder",
    configure("deploy", { Image1ContainerName: "IMAGE" }),
    "8.pipeline-image",
    /has the placeholder IMAGE/,
  ],
  [
    "the rule waits for scans",
    editRule((pattern) => {
      pattern["detail-type"] = ["ECR Image Scan"];
    }),
    "8.image-trigger",
    /pattern of pushed-.* does not match it: .*ECR Image Scan/,
  ],
  [
    "the rule waits for deleted images",
    editRule(({ detail }) => {
      detail["action-type"] = ["DELETE"];
    }),
    "8.image-trigger",
    /does not match it/,
  ],
  [
    "the rule waits for failed pushes",
    editRule(({ detail }) => {
      detail.result = ["FAILURE"];
    }),
    "8.image-trigger",
    /does not match it/,
  ],
  [
    "the rule waits for another prefix",
    editRule(({ detail }) => {
      detail["image-tag"] = [{ prefix: "v" }];
    }),
    "8.image-trigger",
    /does not match it/,
  ],
  [
    "the rule excludes the tag",
    editRule(({ detail }) => {
      detail["image-tag"] = [{ "anything-but": ["latest"] }];
    }),
    "8.image-trigger",
    /does not match it/,
  ],
  [
    "the rule's role does not exist",
    targetRole(executionRole.replace("Pipeline", "Event")),
    "8.image-trigger",
    /role EventRole does not exist/,
  ],
  [
    "EventBridge may not use the rule's role",
    distrust("PipelineRole", "events"),
    "8.image-trigger",
    /PipelineRole does not trust events/,
  ],
  [
    "CodeDeploy may not use its role",
    distrust("DeployRole", "codedeploy"),
    "8.deploy-role",
    /DeployRole does not trust codedeploy/,
  ],
  [
    "CodePipeline may not use its role",
    distrust("PipelineRole", "codepipeline"),
    "8.pipelines",
    /PipelineRole does not trust codepipeline/,
  ],
  [
    "the old tasks stay for an hour",
    endAfter(60),
    "8.deployment-groups",
    /ends the old tasks after 60 minutes/,
  ],
  [
    "the old tasks end at once",
    endAfter(0),
    "8.deployment-groups",
    /after 0 minutes, the course after 5: no way back is left/,
  ],
  [
    "a deployment waits for somebody",
    endAfter(5, "STOP_DEPLOYMENT"),
    "8.deployment-groups",
    /waits for somebody to reroute/,
  ],
  [
    "port 80 is open to the group itself only",
    async () => openTo(80, { UserIdGroupPairs: [{ GroupId: lab.securityGroup }] })(),
    "6.security-group",
    /opens port 80 to sg-\w+ only/,
  ],
  [
    "port 80 is open to one address",
    openTo(80, cidr("203.0.113.7/32")),
    "6.security-group",
    /opens port 80 to 203\.0\.113\.7\/32 only/,
  ],
  [
    "port 80 is open to half of the addresses",
    openTo(80, cidr("128.0.0.0/1")),
    "6.security-group",
    /to 128\.0\.0\.0\/1 only/,
  ],
  [
    "port 80 is open to IPv6 only",
    openTo(80, { Ipv6Ranges: [{ CidrIpv6: "::/0" }] }),
    "6.security-group",
    /opens port 80/,
  ],
  [
    "port 8080 is open to the browser, not to the load balancer",
    openTo(8080, cidr("203.0.113.7/32")),
    "7.network",
    /customer-microservice opens port 8080 to the load balancer: .* to 203\.0\.113\.7\/32/,
  ],
];

it.each(mistakes)("catches: %s", async (_, seed, item, evidence) => {
  const undo = await seed();
  const failed = itemsOf(await check(simulator, { numbers: [5, 6, 7, 8] }).finally(undo), "fail");
  expect(failed.map((each) => each.split(":")[0])).toEqual([item]);
  expect(failed[0]).toMatch(evidence);
});

/** Answers that differ from the course's, and are right. */
const answers: readonly (readonly [name: string, seed: Seed])[] = [
  [
    "files with other names",
    async () => {
      const others = { "task.json": right[taskdef] ?? "", "deploy/app.yml": appSpec("customer") };
      const undoFiles = await files({
        ...others,
        [taskdef]: undefined,
        "appspec-customer.yaml": undefined,
      })();
      const undo = await configure("deploy", {
        TaskDefinitionTemplatePath: "task.json",
        AppSpecTemplatePath: "deploy/app.yml",
      })();
      return async () => {
        await undo();
        await undoFiles();
      };
    },
  ],
  [
    "another branch, in a repository without dev",
    async () => {
      const repositoryName = "definitions-of-customer";
      await codecommit.createRepository({ repositoryName });
      const putFiles = Object.entries(right).map(([filePath, text]) => ({
        filePath,
        fileContent: Buffer.from(text),
      }));
      await codecommit.createCommit({ repositoryName, branchName: "main", putFiles });
      const undo = await configure("files", { RepositoryName: repositoryName, BranchName: "main" })();
      return async () => {
        await undo();
        await codecommit.deleteRepository({ repositoryName });
      };
    },
  ],
  [
    "another placeholder, in file and pipeline",
    async () => {
      const undoFile = await edit("<IMAGE1_NAME>", "<IMAGE>")();
      const undo = await configure("deploy", { Image1ContainerName: "IMAGE" })();
      return async () => {
        await undo();
        await undoFile();
      };
    },
  ],
  [
    "a rule without result and tag",
    editRule(({ detail }) => {
      detail.result = undefined;
      detail["image-tag"] = undefined;
    }),
  ],
  [
    "a rule for prefixes",
    editRule(({ detail }) => {
      detail["repository-name"] = [{ prefix: "cust" }];
      detail["image-tag"] = [{ "anything-but": "dev" }];
    }),
  ],
  ["ten minutes for the way back", endAfter(10)],
  ["all ports open to both halves", openTo(8080, cidr("0.0.0.0/1", "128.0.0.0/1"))],
];

it.each(answers)("finds nothing wrong in: %s", async (_, seed) => {
  const undo = await seed();
  const report = await check(simulator, { numbers: [5, 6, 7, 8] }).finally(undo);
  expect([...itemsOf(report, "fail"), ...itemsOf(report, "unchecked")]).toEqual([]);
});
