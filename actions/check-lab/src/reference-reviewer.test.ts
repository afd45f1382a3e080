import { describe, expect, it } from "vitest";
import { courseNames } from "./lab-parts.support.ts";
import {
  actionOf,
  changeDeploymentGroup,
  editDefinition,
  editPipeline,
  limit,
  type Mistake,
  useLabAccount,
} from "./mistakes.support.ts";

const { simulator, expectCaught } = await useLabAccount();

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
    /customer-microservice: desired 1, running 1/,
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

describe("the reference reviewer is wrong here, and check-lab", () => {
  it.each(reviewer)("%s", (...mistake) => expectCaught(mistake));
});
