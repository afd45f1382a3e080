import type {
  CreateServiceCommandInput,
  DeploymentConfiguration,
  HealthCheck,
  ServiceDeployment,
  UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { registerWeb } from "../../../outside-clients/web.support.ts";
import { createWebAccount } from "../../../outside-clients/web-account.support.ts";
import { type Program, webProgram } from "../../../runtime/tasks/in-process-runtime.support.ts";
import type { TaskRuntimeKind } from "../../../runtime/tasks/runtime.ts";
import type { Simulator } from "../../../simulator.ts";
import {
  startRealSimulator,
  startTestSimulator,
  type TestOptions,
  type TestSimulator,
  taskRuntimeOfRun,
  testListenerPortOffset,
} from "../../../test-simulator.support.ts";
import type { Aws } from "../../api.ts";
import { pushProgram } from "./push-program.support.ts";

/** Returns its version, slowly enough that requests are always in progress when something changes. */
const server = `
  import { createServer } from "node:http";
  if (process.env.VERSION === "crash") throw new Error("cannot read the menu");
  const server = createServer((_, response) => {
    setTimeout(() => response.end(process.env.VERSION), 10);
  });
  server.listen(8080);
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

export const where = { cluster: "main", service: "web" };

export type Fixture = Awaited<ReturnType<typeof createFixture>>;

/** In virtual time, with tasks in this process. */
export const createTestFixture = async (program: Program = webProgram, options: TestOptions = {}) =>
  createFixture(await startTestSimulator(options), program);

/** With real tasks, in time that passes faster than the wall. */
export const createRealFixture = async (taskRuntime: TaskRuntimeKind = taskRuntimeOfRun()) =>
  createFixture(await startRealSimulator({ taskRuntime }), server, taskRuntime);

/**
 * Creates a simulator with a load balancer in front of the target groups blue and green: port 80 serves production by
 * its default rule, port 8080 tests by a separate rule.
 */
async function createFixture(
  simulator: TestSimulator,
  program: string | Program,
  taskRuntime?: TaskRuntimeKind,
) {
  const { aws } = simulator;
  const account = await createWebAccount(simulator, "main");
  const { repositoryUri, networkConfiguration, listeners, targetGroups: groups } = account;
  await pushProgram(simulator, repositoryUri, program, taskRuntime);
  const rules = await createRules(simulator, listeners, groups.green);
  const offset = testListenerPortOffset();
  const loadBalancer = { containerName: "web", containerPort: 8080, targetGroupArn: groups.blue };
  const advancedConfiguration = {
    alternateTargetGroupArn: groups.green,
    productionListenerRule: rules.production,
    testListenerRule: rules.test,
    roleArn: "arn:aws:iam::123456789012:role/infrastructure",
  };

  return {
    simulator,
    ecs: aws.ecs,
    groups,
    rules,
    productionUrl: `http://127.0.0.1:${80 + offset}/`,
    testUrl: `http://127.0.0.1:${8080 + offset}/`,
    ...readingOf(simulator, groups, rules),
    /** Registers a revision whose tasks return `version`, or crash; returns its ARN. */
    register: (version: string) => registerWeb(simulator, repositoryUri, version),
    async create(
      deploymentConfiguration: DeploymentConfiguration,
      settings: Partial<CreateServiceCommandInput> = {},
      healthCheck?: HealthCheck,
    ) {
      await aws.ecs.createService({
        cluster: "main",
        serviceName: "web",
        taskDefinition: await registerWeb(simulator, repositoryUri, "1", { healthCheck }),
        desiredCount: 1,
        launchType: "FARGATE",
        networkConfiguration,
        loadBalancers: [{ ...loadBalancer, advancedConfiguration }],
        deploymentConfiguration,
        ...settings,
      });
    },
    async deploy(
      version: string,
      settings: Partial<UpdateServiceCommandInput> = {},
      healthCheck?: HealthCheck,
    ) {
      const taskDefinition = await registerWeb(simulator, repositoryUri, version, { healthCheck });
      await aws.ecs.updateService({ ...where, taskDefinition, ...settings });
    },
    close: () => simulator.close(),
  };
}

/** Calls that follow the service `web` and its deployments. */
function readingOf(
  { aws }: Simulator,
  groups: { readonly blue: string; readonly green: string },
  rules: { readonly production: string; readonly test: string },
) {
  const deployments = () => deploymentsOf(aws.ecs);
  const newest = async () => (await deployments())[0] ?? {};
  return {
    deployments,
    newest,
    async service() {
      return (await aws.ecs.describeServices({ cluster: "main", services: ["web"] })).services?.[0] ?? {};
    },
    /** Returns the weight of each target group of a rule. */
    async weights(rule: "production" | "test") {
      const weightOf = await weightsOf(aws.elbv2, rules[rule]);
      return { blue: weightOf(groups.blue), green: weightOf(groups.green) };
    },
    /** Continues the deployment, or rolls it back, from the hook where it pauses. */
    async answerPause(action: "CONTINUE" | "ROLLBACK" = "CONTINUE") {
      const { serviceDeploymentArn, lifecycleHookDetails = [] } = await newest();
      const hookId = lifecycleHookDetails.find(({ status }) => status === "AWAITING_ACTION")?.hookId;
      await aws.ecs.continueServiceDeployment({ serviceDeploymentArn, hookId, action });
    },
  };
}

/** Returns all deployments of the service, newest first. */
export async function deploymentsOf(
  ecs: Pick<Aws["ecs"], "listServiceDeployments" | "describeServiceDeployments">,
): Promise<ServiceDeployment[]> {
  const { serviceDeployments: briefs = [] } = await ecs.listServiceDeployments(where);
  const serviceDeploymentArns = briefs.map(({ serviceDeploymentArn = "" }) => serviceDeploymentArn);
  return (await ecs.describeServiceDeployments({ serviceDeploymentArns })).serviceDeployments ?? [];
}

async function weightsOf(elbv2: Aws["elbv2"], RuleArn: string): Promise<(groupArn: string) => number> {
  const { Rules } = await elbv2.describeRules({ RuleArns: [RuleArn] });
  const tuples = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  return (arn) => tuples.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight ?? 0;
}

/** Creates the default rule of production, and a separate one for tests. */
async function createRules(
  { aws: { elbv2 } }: Simulator,
  listeners: { production: string; test: string },
  TargetGroupArn: string,
) {
  const { Rules } = await elbv2.describeRules({ ListenerArn: listeners.production });
  const own = await elbv2.createRule({
    ListenerArn: listeners.test,
    Priority: 1,
    Conditions: [{ Field: "path-pattern", Values: ["/*"] }],
    Actions: [{ Type: "forward", TargetGroupArn }],
  });
  const arnOf = (rules: typeof Rules) => rules?.[0]?.RuleArn ?? "";
  return { production: arnOf(Rules), test: arnOf(own.Rules) };
}
