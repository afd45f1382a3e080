import { afterAll, expect, it } from "vitest";
import { createPipelineRole } from "../services/codepipeline/pipeline.support.ts";
import { startRealSimulator } from "../test-simulator.support.ts";
import { programsFor } from "./programs.support.ts";
import { createIdleCluster } from "./web-account.support.ts";

const simulator = await startRealSimulator();
afterAll(() => simulator.close());
const { subnet, createService } = await createIdleCluster(simulator);
await createPipelineRole(simulator.aws, "PipelineRole");
await createService("web");

const { aws, boto3 } = programsFor(simulator);

it("boto3 works with CodeCommit, CodePipeline, Application Auto Scaling and Cloud9", async () => {
  expect(await boto3("delivery_tools.py", [subnet, "coffee", "web"])).toEqual({
    description: "files",
    created: expect.stringMatching(/^\d{4}-/),
    tags: { team: "coffee" },
    branch: expect.stringContaining("Branch dev does not exist"),
    structure: "Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline",
    transition: "not yet",
    pipelines: ["delivery"],
    policies: ["cpu"],
    target: "ObjectNotFoundException",
    environment: ["MicroservicesIDE", "ec2", "CREATED"],
    gone: "NotFoundException",
  });
});

it("the AWS CLI creates, shows and removes a scalable target and an environment", async () => {
  const target = [
    "--service-namespace=ecs",
    "--scalable-dimension=ecs:service:DesiredCount",
    "--resource-id=service/coffee/web",
  ];
  await aws(
    "application-autoscaling",
    "register-scalable-target",
    ...target,
    "--min-capacity=1",
    "--max-capacity=2",
  );
  const { ScalableTargets } = await aws(
    "application-autoscaling",
    "describe-scalable-targets",
    "--service-namespace=ecs",
  );
  expect(ScalableTargets).toMatchObject([{ ResourceId: "service/coffee/web", MaxCapacity: 2 }]);
  await aws("application-autoscaling", "deregister-scalable-target", ...target);

  const { environmentId } = await aws(
    "cloud9",
    "create-environment-ec2",
    "--name=cli",
    "--instance-type=t3.small",
    "--image-id=amazonlinux-2023-x86_64",
  );
  expect((await aws("cloud9", "list-environments")).environmentIds).toContain(environmentId);
  await aws("cloud9", "delete-environment", `--environment-id=${environmentId}`);
});
