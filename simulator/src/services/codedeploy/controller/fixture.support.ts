import type { StateValue } from "@aws-sdk/client-cloudwatch";
import type { TaskSet } from "@aws-sdk/client-ecs";
import type { Action, Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { asyncCallerOf } from "../../../kit/calls.support.ts";
import { AwsError } from "../../../kit/errors.ts";
import { createTestEnvironment } from "../../../test-environment.support.ts";
import type { Aws } from "../../api.ts";
import { codedeploy as definition } from "../service.ts";

const arn = (kind: string, name: string) =>
  `arn:aws:elasticloadbalancing:us-east-1:123456789012:${kind}/${name}`;
export const taskDefinition = "arn:aws:ecs:us-east-1:123456789012:task-definition/customer-microservice:2";
export const groups = {
  two: arn("targetgroup", "customer-tg-two"),
  one: arn("targetgroup", "customer-tg-one"),
  other: arn("targetgroup", "employee-tg-two"),
};
export const listeners = { production: arn("listener", "80"), test: arn("listener", "8080") };

interface HookEvent {
  readonly functionName: string;
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

/** An ECS and a load balancer in memory: task sets are stable at once when `healthy`, and disappear when deleted. */
export interface Fixture {
  healthy: boolean;
  /** Tasks that a new task set runs, and the healthy targets among them. */
  tasks: { desired: number; healthy: number };
  taskSets: TaskSet[];
  /** Alarms of CloudWatch by name. */
  readonly alarms: Map<string, StateValue>;
  /** Events that functions were called with; a name that is not in `functions` does not exist. */
  readonly hookEvents: HookEvent[];
  readonly functions: Set<string>;
  readonly rules: Map<string, Rule[]>;
  /** The target groups' shares in the production listener's default action, after each change. */
  readonly history: string[];
  /** Called before a task set is deleted, which waits for its promise. */
  beforeDelete: () => Promise<void>;
}

export async function createFixture() {
  const fixture: Fixture = {
    healthy: true,
    tasks: { desired: 1, healthy: 1 },
    taskSets: [primary()],
    alarms: new Map([["5xx", "OK"]]),
    hookEvents: [],
    functions: new Set(["check"]),
    rules: new Map([
      [
        listeners.production,
        [
          { RuleArn: "admin", Priority: "1", Actions: [forward(groups.other)] },
          { RuleArn: "beans", Priority: "2", Actions: [forward(groups.two)] },
          { RuleArn: "default", IsDefault: true, Actions: [forward(groups.two)] },
        ],
      ],
      [listeners.test, [{ RuleArn: "default", IsDefault: true, Actions: [forward(groups.one)] }]],
    ]),
    history: [],
    beforeDelete: async () => {},
  };
  const environment = await createTestEnvironment({
    aws: {
      ecs: fakeEcs(fixture),
      elbv2: fakeLoadBalancer(fixture),
      cloudwatch: fakeAlarms(fixture),
      lambda: fakeLambda(fixture),
    },
  });
  const codedeploy = definition.create(environment);
  return {
    fixture,
    clock: environment.clock,
    call: asyncCallerOf(codedeploy),
    close: async () => {
      await environment.clock.during(Promise.resolve(codedeploy.close?.()));
      await environment.remove();
    },
  };
}

export function forward(...targetGroupArns: string[]): Action {
  return {
    Type: "forward",
    Order: 1,
    ForwardConfig: {
      TargetGroups: targetGroupArns.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 })),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  };
}

/** Target group name → weight, of one route. */
export function weightsOf(fixture: Fixture, listenerArn: string, ruleArn: string): Record<string, number> {
  const rule = fixture.rules.get(listenerArn)?.find(({ RuleArn }) => RuleArn === ruleArn);
  const tuples = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  return Object.fromEntries(
    tuples.map(({ TargetGroupArn = "", Weight = 0 }) => [TargetGroupArn.split("/")[1], Weight]),
  );
}

function primary(): TaskSet {
  return {
    id: "ecs-svc/1",
    status: "PRIMARY",
    launchType: "FARGATE",
    computedDesiredCount: 1,
    runningCount: 0,
    pendingCount: 0,
    stabilityStatus: "STABILIZING",
    loadBalancers: [{ targetGroupArn: groups.two, containerName: "customer", containerPort: 8080 }],
  };
}

function fakeAlarms({ alarms }: Fixture): Partial<Aws["cloudwatch"]> {
  return {
    describeAlarms: async ({ AlarmNames = [] }) => ({
      MetricAlarms: AlarmNames.filter((name) => alarms.has(name)).map((AlarmName) => ({
        AlarmName,
        StateValue: alarms.get(AlarmName),
      })),
    }),
  };
}

function fakeLambda({ functions, hookEvents }: Fixture): Partial<Aws["lambda"]> {
  return {
    invoke: async ({ FunctionName = "", Payload }) => {
      if (!functions.has(FunctionName))
        throw new AwsError("ResourceNotFoundException", `Function not found: ${FunctionName}`, 404);
      hookEvents.push({ functionName: FunctionName, ...JSON.parse(String(Payload)) });
      return { StatusCode: 202 };
    },
  };
}

function fakeEcs(fixture: Fixture): Partial<Aws["ecs"]> {
  const find = (id: string | undefined) => {
    const taskSet = fixture.taskSets.find((each) => each.id === id);
    if (!taskSet)
      throw new AwsError("TaskSetNotFoundException", "The specified task set could not be found.");
    return taskSet;
  };
  return {
    describeServices: async ({ services = [] }) => ({
      services: services
        .filter((name) => name !== "absent")
        .map((serviceName) => ({
          serviceName,
          status: "ACTIVE",
          deploymentController: { type: serviceName === "rolling" ? "ECS" : "CODE_DEPLOY" },
          taskSets: fixture.taskSets,
        })),
    }),
    describeTaskDefinition: async (input) => {
      if (input.taskDefinition !== taskDefinition)
        throw new AwsError("ClientException", "Unable to describe task definition.");
      const customer = { name: "customer", portMappings: [{ containerPort: 8080 }] };
      return { taskDefinition: { status: "ACTIVE", containerDefinitions: [customer] } };
    },
    createTaskSet: async (input) => {
      const taskSet: TaskSet = {
        id: `ecs-svc/${fixture.taskSets.length + 1}-${input.externalId}`,
        status: "ACTIVE",
        launchType: input.launchType,
        taskDefinition: input.taskDefinition,
        loadBalancers: input.loadBalancers,
        computedDesiredCount: fixture.tasks.desired,
        pendingCount: 0,
        runningCount: fixture.healthy ? fixture.tasks.desired : 0,
        stabilityStatus: fixture.healthy ? "STEADY_STATE" : "STABILIZING",
      };
      fixture.taskSets = [...fixture.taskSets, taskSet];
      return { taskSet };
    },
    describeTaskSets: async ({ taskSets: ids }) => ({
      taskSets: fixture.taskSets.filter(({ id = "" }) => !ids || ids.includes(id)),
    }),
    updateServicePrimaryTaskSet: async ({ primaryTaskSet }) => {
      const next = find(primaryTaskSet);
      for (const taskSet of fixture.taskSets) taskSet.status = taskSet === next ? "PRIMARY" : "ACTIVE";
      return {};
    },
    deleteTaskSet: async ({ taskSet: id }) => {
      const taskSet = find(id);
      await fixture.beforeDelete();
      fixture.taskSets = fixture.taskSets.filter((each) => each !== taskSet);
      return {};
    },
  };
}

function fakeLoadBalancer(fixture: Fixture): Partial<Aws["elbv2"]> {
  const known = Object.values(groups).map((TargetGroupArn) => ({
    TargetGroupArn,
    TargetGroupName: TargetGroupArn.split("/")[1],
  }));
  const put = (rule: Rule | undefined, actions: Action[] | undefined) => {
    if (!rule || !actions) throw new AwsError("RuleNotFoundException", "One or more rules not found");
    rule.Actions = actions;
    if (fixture.rules.get(listeners.production)?.includes(rule) && rule.IsDefault)
      fixture.history.push(JSON.stringify(weightsOf(fixture, listeners.production, "default")));
    return {};
  };
  return {
    describeTargetGroups: async ({ Names = [] }) => {
      const found = known.filter(({ TargetGroupName = "" }) => Names.includes(TargetGroupName));
      if (found.length < Names.length)
        throw new AwsError("TargetGroupNotFoundException", "One or more target groups not found");
      return { TargetGroups: found };
    },
    describeListeners: async ({ ListenerArns = [] }) => {
      if (ListenerArns.some((each) => !fixture.rules.has(each)))
        throw new AwsError("ListenerNotFoundException", "One or more listeners not found");
      return { Listeners: ListenerArns.map((ListenerArn) => ({ ListenerArn })) };
    },
    describeRules: async ({ ListenerArn = "" }) => ({ Rules: fixture.rules.get(ListenerArn) }),
    modifyListener: async ({ ListenerArn = "", DefaultActions }) =>
      put(
        fixture.rules.get(ListenerArn)?.find(({ IsDefault }) => IsDefault),
        DefaultActions,
      ),
    modifyRule: async ({ RuleArn, Actions }) =>
      put(
        [...fixture.rules.values()].flat().find((rule) => rule.RuleArn === RuleArn),
        Actions,
      ),
    describeTargetHealth: async () => ({
      TargetHealthDescriptions: Array.from({ length: fixture.tasks.desired }, (_, index) => ({
        TargetHealth: { State: fixture.healthy && index < fixture.tasks.healthy ? "healthy" : "initial" },
      })),
    }),
  };
}
