import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { npmClients } from "../../../scripts/tests/requirements.ts";
import { webProgram } from "../runtime/tasks/in-process-runtime.support.ts";
import { pushProgram } from "../services/ecs/controller/push-program.support.ts";
import { startTestSimulator, type TestSimulator, testListenerPortOffset } from "../test-simulator.support.ts";
import { run } from "./programs.support.ts";

/** Milliseconds; its command line takes tens of seconds on a busy machine. */
const timeoutMs = 600_000;

let simulator: TestSimulator;
let home: string;
let image: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "cdk-test-"));
  simulator = await startTestSimulator();
  const { repository } = await simulator.aws.ecr.createRepository({ repositoryName: "web" });
  image = `${repository?.repositoryUri}:latest`;
  await pushProgram(simulator, repository?.repositoryUri ?? "", webProgram);
});
afterAll(async () => {
  await simulator?.close();
  await rm(home, { recursive: true, force: true });
});

/** Runs the CDK's own command line, while AWS's time passes. */
function cdk(...args: string[]): Promise<string> {
  const modules = join(npmClients.folder, "node_modules");
  const command = [join(modules, "aws-cdk/bin/cdk"), ...args, "--ci", "--no-notices"];
  const running = run(process.execPath, command, {
    variables: {
      ...simulator.environmentVariables,
      HOME: home,
      IMAGE: image,
      NODE_PATH: modules,
      AWS_EC2_METADATA_DISABLED: "true",
      CDK_DISABLE_CLI_TELEMETRY: "true",
    },
    cwd: home,
  });
  return simulator.clock.during(running);
}

/** The app's program writes the assembly to this folder once; the CDK deploys from there too. */
const assembly = () => join(home, "out");
const app = `node "${join(import.meta.dirname, "cdk_app.cjs")}"`;

const setVersion = (Value: string) =>
  simulator.aws.ssm.putParameter({ Name: "/shop/version", Type: "String", Value, Overwrite: true });
const served = async () => (await fetch(`http://127.0.0.1:${80 + testListenerPortOffset()}/`)).text();

/** Deploys the newest revision of the service, as `aws deploy create-deployment` does after a release. */
async function deployNewestRevision(): Promise<string | undefined> {
  const { codedeploy, ecs, ssm } = simulator.aws;
  const [{ Parameter }, { applications: [applicationName] = [] }, { taskDefinition }] = await Promise.all([
    ssm.getParameter({ Name: "/shop/deployment-group" }),
    codedeploy.listApplications({}),
    ecs.describeTaskDefinition({ taskDefinition: "shop" }),
  ]);
  const Properties = {
    TaskDefinition: taskDefinition?.taskDefinitionArn,
    LoadBalancerInfo: { ContainerName: "web", ContainerPort: 8080 },
  };
  const content = JSON.stringify({
    version: 0,
    Resources: [{ TargetService: { Type: "AWS::ECS::Service", Properties } }],
  });
  const { deploymentId } = await codedeploy.createDeployment({
    applicationName,
    deploymentGroupName: Parameter?.Value,
    revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
  });
  const status = async () => (await codedeploy.getDeployment({ deploymentId })).deploymentInfo?.status;
  await simulator.clock.until(async () => ["Succeeded", "Failed"].includes((await status()) ?? ""));
  return status();
}

it("an app of the CDK is deployed unchanged, and CodeDeploy replaces its tasks blue/green", {
  timeout: timeoutMs,
}, async () => {
  await cdk("bootstrap", "aws://123456789012/us-east-1");
  await setVersion("1");
  await cdk("deploy", "--require-approval", "never", "--app", app, "--output", assembly());
  await simulator.clock.until(async () => (await served()).includes("1"), { withinMs: 600_000 });
  await setVersion("2");
  await cdk("deploy", "--require-approval", "never", "--app", assembly());
  expect(await served()).toContain("1");
  expect(await deployNewestRevision()).toBe("Succeeded");
  expect(await served()).toContain("2");
});
