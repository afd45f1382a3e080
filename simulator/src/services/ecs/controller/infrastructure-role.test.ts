import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { expect, it } from "vitest";
import { webProgram } from "../../../runtime/tasks/in-process-runtime.support.ts";
import { createTestFixture } from "./fixture.support.ts";
import { blueGreen } from "./rehearsal.support.ts";

const elb = (action: string) => `elasticloadbalancing:${action}`;
const actions = [
  "DescribeListeners",
  "DescribeRules",
  "DescribeTargetGroups",
  "ModifyListener",
  "ModifyRule",
];
const needed = [...actions.map(elb), "lambda:InvokeFunction"];
/** The same role calls the function of a hook. */
const hook = {
  targetType: "AWS_LAMBDA" as const,
  hookTargetArn: "arn:aws:lambda:us-east-1:123456789012:function:absent",
  roleArn: "arn:aws:iam::123456789012:role/infrastructure",
  lifecycleStages: ["POST_SCALE_UP" as const],
};
const uncalled = (why: string) =>
  new RegExp(`unable to invoke hook target ${hook.hookTargetArn} due to ${why}`);
const unassumable =
  /^InvalidParameterException: Unable to assume role and validate the specified targetGroupArn\. Please verify that/;
const denied = (action: string) =>
  new RegExp(
    `^Service deployment rolled back because of invalid networking configuration\\. User: arn:aws:sts::123456789012:assumed-role/infrastructure/ecs is not authorized to perform: ${action} on resource: arn`,
  );

/** Source of the permissions: AmazonECSInfrastructureRolePolicyForLoadBalancers. */
it.each<[string, RegExp, DeploymentConfiguration?]>([
  ["nothing", /^SUCCESSFUL$/],
  ["its existence", unassumable],
  ["trust in ECS", unassumable],
  [elb("DescribeTargetGroups"), unassumable],
  [elb("ModifyListener"), denied(elb("ModifyListener"))],
  [elb("ModifyRule"), denied(elb("ModifyRule"))],
  ["the function of its hook", uncalled("Function not found"), { lifecycleHooks: [hook] }],
  [
    "lambda:InvokeFunction",
    uncalled("User: \\S+ is not authorized to perform: lambda:InvokeFunction on resource"),
    { lifecycleHooks: [hook] },
  ],
])(
  "a blue/green deployment by an infrastructure role that lacks %s ends with %s",
  async (lack, expected, more = {}) => {
    const { simulator, create, newest, close } = await createTestFixture(webProgram, {
      permissions: "enforce",
    });
    const { iam } = simulator.aws;
    const createRole = (RoleName: string, Service: string) =>
      iam.createRole({
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" },
        }),
      });
    try {
      await createRole("execution", "ecs-tasks.amazonaws.com");
      const PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
      await iam.attachRolePolicy({ RoleName: "execution", PolicyArn });
      if (lack !== "its existence") {
        await createRole("infrastructure", `${lack === "trust in ECS" ? "ecs-tasks" : "ecs"}.amazonaws.com`);
        const Action = needed.filter((action) => action !== lack);
        const Statement = { Effect: "Allow", Action, Resource: "*" };
        const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
        await iam.putRolePolicy({ RoleName: "infrastructure", PolicyName: "own", PolicyDocument });
      }
      const outcome = create({ ...blueGreen, bakeTimeInMinutes: 0, ...more }).then(async () => {
        await simulator.clock.until(async () => (await newest()).finishedAt !== undefined);
        const { status, rollback } = await newest();
        return rollback?.reason ?? status;
      });
      const text = await outcome.catch((error) => `${error.code}: ${error.message}`);
      expect(text).toMatch(expected);
    } finally {
      await close();
    }
  },
);
