import { ECR } from "@aws-sdk/client-ecr";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { runEntry } from "@ecs-delivery/actions/core/entry.support";
import { type Program, webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import { expect, test } from "vitest";
import { deployByTemplates, filledDefinitions } from "./lab-account.support.ts";
import { readProfile } from "./profiles.support.ts";
import { type Recorded, reasonsFor, record, signIn, unneeded } from "./recorded-roles.support.ts";
import { createAccess, physicalIds, useProfile } from "./stacks.support.ts";

/** As in an account where new roles cannot be used at once. */
const faults = [{ kind: "iam-delay" as const, operation: "*" }];
const { stage, provision } = await useProfile("standard", { permissions: "enforce", faults });
const { simulator } = stage;
const access = await createAccess(simulator);
const profile = {
  ...readProfile("standard"),
  services: { ...readProfile("standard").services, MaximumTasks: "4" },
};
const parametersFile = await stage.write("standard.json", profile);
const stacks = Object.keys(profile).filter((name) => name !== "access");
expect((await provision({ parametersFile, stacks })).error).toBeUndefined();

const roleOf = async (stack: string, logicalId: string) =>
  record(simulator, (await physicalIds(simulator, `microservices-${stack}`))[logicalId]);

/** Runs an action's entry in a new session of the deploy role. */
async function run(action: string, inputs: Record<string, string>) {
  const { credentials } = await signIn(simulator, access.GitHubDeployRole);
  const environment = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    GITHUB_REPOSITORY: "octocat/coffee",
    GITHUB_WORKFLOW: "Deploy",
    GITHUB_RUN_ID: "987",
    GITHUB_RUN_NUMBER: "12",
    GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
  };
  const { clock, environmentVariables } = simulator;
  const ended = await runEntry(action, { simulator: { clock, environmentVariables }, inputs, environment });
  expect([action, ended.errors]).toEqual([action, []]);
  return ended.outputs;
}

/** Deploys a service as the workflows do, rolls it back, scales it, and releases another image by its pipeline. */
async function deliver(service: "customer" | "employee") {
  const files = await filledDefinitions(simulator, []);
  const { repositories } = await simulator.aws.ecr.describeRepositories({ repositoryNames: [service] });
  const uri = repositories?.[0]?.repositoryUri ?? "";
  const image = `${uri}:latest`;
  const write = (name: string, more: object = {}) => {
    const filled = JSON.parse((files[name] ?? "").replaceAll("<IMAGE1_NAME>", image));
    return stage.write(name, { ...filled, ...more });
  };
  const target = { cluster: "microservices-serverlesscluster", service: `${service}-microservice` };
  const delivery = {
    ...target,
    "codedeploy-application": "microservices",
    "codedeploy-deployment-group": `microservices-${service}`,
  };
  const migration = await write(`taskdef-migrate-${service}.json`);
  await run("run-task", { ...target, "task-definition": migration, command: '["migrate"]' });
  const definition = await write(`taskdef-${service}.json`, { tags: [{ key: "by", value: "deploy" }] });
  await run("render-task-definition", { "task-definition": definition, "pin-images": "true" });
  await run("deploy-service", { ...delivery, "task-definition": definition });
  await run("rollback-service", delivery);
  await run("scale-service", { ...target, "desired-count": "2", autoscaling: "suspend" });
  const { credentials } = await signIn(simulator, access.GitHubDeployRole);
  const ecr = new ECR({ ...simulator.clientConfig, credentials });
  await pushProgram(
    { ...simulator, aws: { ...simulator.aws, ecr: ecr as never } },
    uri,
    program.bind(undefined),
  );
  const tagged = await run("tag-image", { image: `ecr://${service}:latest`, tags: "released" });
  await run("follow-pipeline", { pipeline: `update-${service}-microservice`, image: tagged.image ?? "" });
}

const program: Program = (container) => (container.args.includes("migrate") ? 0 : webProgram(container));

/** The calls of /opt/monolith/start in the template's user data. */
async function startMonolith() {
  const { aws } = simulator;
  const { Program, Role } = await physicalIds(simulator, "microservices-monolith");
  const { Secret } = await physicalIds(simulator, "microservices-database");
  const recorded = await record(simulator, Role);
  const config = await signIn(simulator, Role);
  await aws.s3.putObject({ Bucket: Program, Key: "server.mjs", Body: "" });
  await new S3(config).getObject({ Bucket: Program, Key: "server.mjs" });
  await new SecretsManager(config).getSecretValue({ SecretId: Secret });
  return recorded;
}

async function boundaryOf(...recorded: Recorded[]): Promise<Recorded> {
  const named = { PolicyArn: access.Boundary, VersionId: "v1" };
  const { PolicyVersion } = await simulator.aws.iam.getPolicyVersion(named);
  const { Statement } = JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ""));
  return { statements: Statement, calls: recorded.flatMap(({ calls }) => calls) };
}

test("each permission of the roles of services and of the deploy role is needed, or has a reason", async () => {
  const execution = await roleOf("services", "ExecutionRole");
  const codeDeploy = await roleOf("delivery", "DeployRole");
  const pipeline = await roleOf("pipeline", "PipelineRole");
  const github = await record(simulator, access.GitHubDeployRole);
  await deployByTemplates(stage, { site: { customer: program, employee: program }, leftOut: [] });
  const events = await roleOf("pipeline", "EventsRole");
  await run("provision-stack", { mode: "outputs", stacks: "services" });
  await deliver("customer");
  await deliver("employee");
  const monolith = await startMonolith();
  const { denied, notChecked } = simulator.permissionReport();
  expect([denied, [...notChecked]]).toEqual([[], []]);

  expect.soft(unneeded(execution)).toEqual(reasonsFor("ExecutionRole"));
  expect.soft(unneeded(pipeline)).toEqual(reasonsFor("PipelineRole"));
  expect.soft(unneeded(events)).toEqual([]);
  expect.soft(unneeded(monolith)).toEqual([]);
  // It has one policy, which is AWS's.
  expect(codeDeploy).toMatchObject({ statements: [], calls: { length: expect.any(Number) } });
  const boundary = await boundaryOf(execution, codeDeploy, pipeline, events, monolith);
  expect.soft(unneeded(boundary)).toEqual(reasonsFor("Boundary"));
  expect(unneeded(github)).toEqual(reasonsFor("GitHubDeployRole"));
});
