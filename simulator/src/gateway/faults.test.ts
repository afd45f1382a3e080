import { ApplicationAutoScaling } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { Lambda } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { parseArguments } from "../command.ts";
import { outcome } from "../kit/calls.support.ts";
import { settledStack } from "../services/cloudformation/resources/stack.support.ts";
import { startTestSimulator } from "../test-simulator.support.ts";

const slow = { accessKeyId: "AKIASLOW", secretAccessKey: "x" };
const old = { accessKeyId: "ASIAOLD", secretAccessKey: "x" };

const simulator = await startTestSimulator({ accessKeys: [slow, old] });
afterAll(() => simulator.close());
afterEach(() => simulator.faults.clear());

const config = (maxAttempts = 1) => ({ ...simulator.clientConfig, maxAttempts });

/** Calls an operation of every protocol, without retries. */
const calls: Record<string, () => Promise<unknown>> = {
  "ecs:ListClusters": () => new ECS(config()).listClusters({}),
  "cloudwatch:ListMetrics": () => new CloudWatch(config()).listMetrics({}),
  "elbv2:DescribeLoadBalancers": () => new ElasticLoadBalancingV2(config()).describeLoadBalancers({}),
  "ec2:DescribeVpcs": () => new EC2(config()).describeVpcs({}),
  "lambda:ListFunctions": () => new Lambda(config()).listFunctions({}),
};
const perform = (operation: string) => calls[operation]?.() ?? Promise.reject(new Error(operation));

describe("a client sees each fault as its protocol defines it", () => {
  it.each([
    ["ecs:ListClusters", "throttle", "ThrottlingException 400"],
    ["cloudwatch:ListMetrics", "throttle", "ThrottlingException 400"],
    ["elbv2:DescribeLoadBalancers", "throttle", "Throttling 400"],
    ["ec2:DescribeVpcs", "throttle", "RequestLimitExceeded 503"],
    ["lambda:ListFunctions", "throttle", "TooManyRequestsException 429"],
    ["ecs:ListClusters", "deny", "AccessDeniedException 400"],
    ["elbv2:DescribeLoadBalancers", "deny", "AccessDenied 403"],
    ["ec2:DescribeVpcs", "deny", "UnauthorizedOperation 403"],
    ["lambda:ListFunctions", "deny", "AccessDeniedException 403"],
    ["ecs:ListClusters", "server-error", "InternalFailure 500"],
    ["lambda:ListFunctions", "server-error", "ServiceException 500"],
    ["ecs:ListClusters", "unavailable", "ServiceUnavailableException 503"],
    ["elbv2:DescribeLoadBalancers", "unavailable", "ServiceUnavailable 503"],
    ["ecs:ListClusters", "expire", "ExpiredTokenException 403"],
    ["elbv2:DescribeLoadBalancers", "expire", "ExpiredToken 403"],
  ] as const)("%s: %s", async (operation, kind, expected) => {
    simulator.faults.add({ kind, operation });
    expect(await outcome(perform(operation))).toBe(expected);
    simulator.faults.clear();
    expect(await outcome(perform(operation))).toBe("performed");
  });

  it("names the action and the account that it denies", async () => {
    simulator.faults.add({ kind: "deny", operation: "elbv2:*" });
    await expect(perform("elbv2:DescribeLoadBalancers")).rejects.toThrow(
      "User: arn:aws:iam::123456789012:user/student is not authorized to perform: elasticloadbalancing:DescribeLoadBalancers on resource: *",
    );
    simulator.faults.add({ kind: "deny", operation: "applicationautoscaling:*" });
    const scaling = new ApplicationAutoScaling(config());
    await expect(scaling.describeScalableTargets({ ServiceNamespace: "ecs" })).rejects.toThrow(
      "is not authorized to perform: application-autoscaling:DescribeScalableTargets",
    );
  });

  it.each([
    ["cut", 0],
    ["cut-answer", 1],
  ] as const)("%s ends the connection; clusters created: %i", async (kind, count) => {
    const before = (await new ECS(config()).listClusters({})).clusterArns?.length ?? 0;
    simulator.faults.add({ kind, operation: "ecs:CreateCluster", times: 1 });
    const call = new ECS(config()).createCluster({ clusterName: `cluster-${kind}` });
    await expect(call).rejects.toMatchObject({ code: "ECONNRESET" });
    const after = (await new ECS(config()).listClusters({})).clusterArns?.length ?? 0;
    expect(after - before).toBe(count);
  });

  it("delay makes the call wait, so that later ones overtake it, then performs it", async () => {
    const operation = "ecs:ListClusters";
    simulator.faults.add({ kind: "delay", operation, milliseconds: 500, accessKeyId: "AKIASLOW" });
    const done: string[] = [];
    const note = (name: string, call: Promise<unknown>) =>
      outcome(call).then((seen) => done.push(`${name} ${seen}`));
    const delayed = note("first", new ECS({ ...config(), credentials: slow }).listClusters({}));
    await note("later", perform(operation));
    await delayed;
    expect(done[0]).toBe("later performed");
    expect(done).toContain("first performed");
  });
});

describe("a fault applies to", () => {
  it("a number of calls, after others have passed, and reports how many", async () => {
    const fault = simulator.faults.add({
      kind: "throttle",
      operation: "ecs:ListClusters",
      after: 1,
      times: 2,
    });
    const seen: string[] = [];
    for (let call = 0; call < 4; call++) seen.push(await outcome(perform("ecs:ListClusters")));
    const throttled = "ThrottlingException 400";
    expect(seen).toEqual(["performed", throttled, throttled, "performed"]);
    expect(fault.hits).toBe(2);
  });

  it("only the operation, the service or the key that it names, until it is removed", async () => {
    const fault = simulator.faults.add({ kind: "expire", operation: "*", accessKeyId: "ASIAOLD" });
    const call = () => outcome(new ECS({ ...config(), credentials: old }).listClusters({}));
    expect(await call()).toBe("ExpiredTokenException 403");
    expect(await outcome(perform("ecs:ListClusters"))).toBe("performed");
    fault.remove();
    expect(await call()).toBe("performed");
  });

  it("a client that retries until it is over", async () => {
    const fault = simulator.faults.add({ kind: "cut", operation: "ecs:ListClusters", times: 2 });
    expect(await outcome(new ECS(config(3)).listClusters({}))).toBe("performed");
    expect(fault.hits).toBe(2);
  });

  it("not the calls of the simulated services among themselves", async () => {
    simulator.faults.add({ kind: "deny", operation: "*" });
    expect(await outcome(simulator.aws.ecs.listClusters({}))).toBe("performed");
  });
});

describe("an unused service-linked role", () => {
  const message =
    "Unable to assume the service linked role. Please verify that the ECS service linked role exists.";

  it("fails the first cluster with ECS's message, and not the next", async () => {
    const fault = simulator.faults.add({ kind: "service-linked-role", operation: "ecs:CreateCluster" });
    const create = () => new ECS(config()).createCluster({ clusterName: "first" });
    await expect(create()).rejects.toMatchObject({ name: "InvalidParameterException", message });
    expect((await create()).cluster?.clusterName).toBe("first");
    expect(fault.hits).toBe(1);
  });

  it("fails the first cluster of a template, too", async () => {
    const { cloudformation } = simulator.aws;
    simulator.faults.add({ kind: "service-linked-role", operation: "ecs:CreateCluster" });
    const outcome = async (StackName: string) => {
      const TemplateBody = "Resources: {Cluster: {Type: AWS::ECS::Cluster}}";
      await cloudformation.createStack({ StackName, TemplateBody });
      return (await settledStack(simulator, StackName))?.StackStatus;
    };
    expect(await outcome("first")).toBe("ROLLBACK_COMPLETE");
    const { StackEvents = [] } = await cloudformation.describeStackEvents({ StackName: "first" });
    const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED");
    expect(failed?.ResourceStatusReason).toContain(
      `Resource handler returned message: "${message} (Error code: InvalidParameterException)"`,
    );
    expect(await outcome("second")).toBe("CREATE_COMPLETE");
  });
});

it.each<[object, string]>([
  [
    { kind: "service-linked-role", operation: "rds:CreateDBInstance" },
    "strikes ecs:CreateCluster or ecs:CreateService, not rds:CreateDBInstance",
  ],
  [{ kind: "explode", operation: "*" }, 'fault "explode" is not one of throttle'],
  [
    { kind: "deny", operation: "sqs:SendMessage" },
    "the service sqs does not exist; services: applicationautoscaling, cloud9, cloudformation",
  ],
  [{ kind: "deny", operation: "ecs:DescribeService" }, "does not perform DescribeService"],
  [{ kind: "delay", operation: "*" }, "a fault of kind delay needs milliseconds"],
  [{ kind: "deny", operation: "*", milliseconds: 1 }, "a fault of kind deny has no milliseconds"],
])("%j could never apply and is refused", (fault, message) => {
  expect(() => simulator.faults.add(fault as never)).toThrow(message);
});

it("the command line accepts faults", () => {
  const faults = parseArguments([
    "--fault=ecs:DescribeServices=throttle,times=3,after=5",
    "--fault=*=delay,milliseconds=20",
    "--fault=sts:*=expire,accessKeyId=ASIAOLD",
    "--fault=ecs:CreateService=service-linked-role",
  ]).faults;
  expect(faults).toEqual([
    { operation: "ecs:DescribeServices", kind: "throttle", times: 3, after: 5 },
    { operation: "*", kind: "delay", milliseconds: 20 },
    { operation: "sts:*", kind: "expire", accessKeyId: "ASIAOLD" },
    { operation: "ecs:CreateService", kind: "service-linked-role" },
  ]);
});

it.each([
  ["throttle", "give OPERATION=KIND"],
  ["ecs:ListClusters=explode", "KIND is one of throttle, server-error"],
  ["ecs:ListClusters=deny,times=x", '"times=x" is none of times=N'],
])("--fault=%s is refused", (text, message) => {
  expect(() => parseArguments([`--fault=${text}`])).toThrow(message);
});
