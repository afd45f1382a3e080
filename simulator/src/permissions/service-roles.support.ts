import type { DeploymentStatus } from "@aws-sdk/client-codedeploy";
import roleNeeds from "../conformance/role-needs.json" with { type: "json" };
import { flawedRole } from "../conformance/set-ups.ts";
import { createAlarm, createDelivery } from "../outside-clients/delivery.support.ts";
import { appSpecFile, webTaskDefinition } from "../outside-clients/web.support.ts";
import { webProgram } from "../runtime/tasks/in-process-runtime.support.ts";
import { files, preparePipelines, stage } from "../services/codepipeline/controller/pipelines.support.ts";
import { deliveryActions } from "../services/codepipeline/pipeline.support.ts";
import { pushProgram } from "../services/ecs/controller/push-program.support.ts";
import { type TestSimulator, testListenerPortOffset } from "../test-simulator.support.ts";
import { document, roleArn } from "./caller.support.ts";

/** Returns how to make every role right again except for the flaw of one. */
function roleMaker({ aws: { iam } }: TestSimulator) {
  const make = async (RoleName: string, flaw = "") => {
    await iam.deleteRolePolicy({ RoleName, PolicyName: "own" }).catch(() => {});
    await iam.deleteRole({ RoleName }).catch(() => {});
    const role = flawedRole(RoleName, flaw);
    if (!role) return;
    const trust = { Effect: "Allow", Principal: role.principal, Action: "sts:AssumeRole" };
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: document(trust) });
    const PolicyDocument = document(role.statements);
    if (role.statements.length > 0) await iam.putRolePolicy({ RoleName, PolicyName: "own", PolicyDocument });
  };
  return async (flawed?: string, flaw?: string) => {
    for (const name of Object.keys(roleNeeds)) await make(name, name === flawed ? flaw : "");
  };
}

/** Creates an account with what uses roles: a service with a deployment group, a pipeline, a rule and an image. */
export async function prepareRoles(simulator: TestSimulator) {
  const { aws } = simulator;
  const makeRoles = roleMaker(simulator);
  const pipelines = await preparePipelines(simulator);
  await makeRoles();
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  await createAlarm(aws, "ignore");
  await aws.codedeploy.updateDeploymentGroup({
    applicationName: "outside",
    currentDeploymentGroupName: "web",
    alarmConfiguration: { enabled: true, alarms: [{ name: "errors" }] },
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 0 },
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
    },
  });
  await pushProgram(simulator, delivery.repositoryUri, webProgram);
  const image = `${delivery.repositoryUri}:latest`;
  await pipelines.putFiles({
    "taskdef-web.json": JSON.stringify(webTaskDefinition("<IMAGE1_NAME>")),
    "appspec-web.yaml": appSpecFile,
  });
  const source = deliveryActions("web", "outside", "web");
  await aws.codepipeline.createPipeline({
    pipeline: {
      name: "web",
      roleArn: roleArn("PipelineRole"),
      artifactStore: { type: "S3", location: pipelines.bucket },
      stages: [stage("Source", files, source.image), stage("Deploy", source.deploy)],
    },
  });
  const active: DeploymentStatus[] = ["Created", "Queued", "InProgress", "Ready"];
  /** Resolves when no deployment and no rollback is in progress. */
  const settle = () =>
    simulator.clock.until(
      async () =>
        (await aws.codedeploy.listDeployments({ includeOnlyStatuses: active })).deployments?.length === 0,
    );
  const [first] = await pipelines.ids("web");
  await simulator.clock.until(async () => (await pipelines.statusOf("web", first)) !== "InProgress");
  const { services } = await aws.ecs.describeServices({ cluster: "outside", services: ["web"] });
  const networkConfiguration = services?.[0]?.networkConfiguration;
  return { makeRoles, pipelines, delivery, image, networkConfiguration, settle };
}
