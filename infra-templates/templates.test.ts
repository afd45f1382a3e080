import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Simulator } from "../simulator/src/simulator.ts";
import { startTestSimulator } from "../simulator/src/testing-simulator.ts";

const directory = import.meta.dirname;
const read = (file: string) => readFileSync(join(directory, file), "utf8");
/** In the order of their imports. */
const templates = [
  "network",
  "database",
  "registry",
  "cluster",
  "load-balancer",
  "services",
  "observability",
  "delivery",
];

/** A change to each stack that a running installation must take in place. */
const changes: Record<string, Record<string, string>> = {
  database: { InstanceClass: "db.t3.small", BackupRetentionDays: "1" },
  registry: { KeptImages: "10" },
  cluster: { ContainerInsights: "enabled", LogRetentionDays: "7" },
  "load-balancer": { DeregistrationDelaySeconds: "30", HealthCheckIntervalSeconds: "5" },
  observability: { ErrorsPerMinute: "20", SlowSeconds: "0.5" },
  delivery: {
    TerminationWaitMinutes: "0",
    DeploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
  },
};

describe("stacks", () => {
  const parameters: Record<string, Record<string, string>> = JSON.parse(read("parameters/standard.json"));
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startTestSimulator();
  });
  afterAll(() => simulator?.close());

  test("of the standard profile are created, changed in place and deleted", async () => {
    const { cloudformation } = simulator.aws;
    const created: { name: string; id: string }[] = [];
    for (const template of templates) {
      const name = `microservices-${template}`;
      const input = {
        StackName: name,
        TemplateBody: read(`${template}.yaml`),
        Capabilities: ["CAPABILITY_IAM" as const],
        Parameters: toList(parameters[template]),
      };
      const { StackId: id = "" } = await cloudformation.createStack(input);
      created.push({ name, id });
      expect(await outcome(simulator, id)).toEqual({ status: "CREATE_COMPLETE", failures: [] });
      await expect(cloudformation.updateStack(input)).rejects.toThrow("No updates are to be performed.");
    }
    for (const { name } of created) {
      const before = await physicalIds(simulator, name);
      const Parameters = toList(changes[name.slice("microservices-".length)]);
      await cloudformation.updateStack({
        StackName: name,
        UsePreviousTemplate: true,
        Capabilities: ["CAPABILITY_IAM"],
        Parameters,
        Tags: [{ Key: "team", Value: "coffee" }],
      });
      expect(await outcome(simulator, name)).toEqual({ status: "UPDATE_COMPLETE", failures: [] });
      expect(await physicalIds(simulator, name)).toEqual(before);
    }
    for (const { name, id } of created.reverse()) {
      await cloudformation.deleteStack({ StackName: name });
      expect(await outcome(simulator, id)).toEqual({ status: "DELETE_COMPLETE", failures: [] });
    }
  });
});

function toList(values: Record<string, string> = {}) {
  return Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
}

async function physicalIds({ aws }: Simulator, name: string) {
  const { StackResources = [] } = await aws.cloudformation.describeStackResources({ StackName: name });
  return StackResources.map(({ PhysicalResourceId }) => PhysicalResourceId);
}

/** Once nothing of the stack is in progress any more. */
async function outcome({ aws, clock }: Simulator, id: string) {
  for (;;) {
    const { Stacks = [] } = await aws.cloudformation.describeStacks({ StackName: id });
    const status = Stacks[0]?.StackStatus ?? "";
    if (status.endsWith("_IN_PROGRESS")) {
      await clock.wait(5000);
      continue;
    }
    const { StackEvents = [] } = await aws.cloudformation.describeStackEvents({ StackName: id });
    const failures = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"));
    return {
      status,
      failures: failures.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`),
    };
  }
}

test("every template has its line in the parameters and the order here", () => {
  const files = readdirSync(directory).flatMap((file) => (file.endsWith(".yaml") ? [file.slice(0, -5)] : []));
  expect(files.sort()).toEqual(templates.toSorted());
  expect(Object.keys(JSON.parse(read("parameters/standard.json"))).sort()).toEqual(files);
});

test.each(["customer", "employee"])("the %s task definition names what the stacks give it", (service) => {
  const text = read(`ecs/taskdef-${service}.json`);
  const placeholders = [...text.matchAll(/<(\w+)>/g)].flatMap(([, name]) => name ?? []);
  const outputs = Object.keys(parse(read("services.yaml"), { logLevel: "silent" }).Outputs);
  expect(placeholders.filter((name) => name !== "IMAGE1_NAME" && !outputs.includes(name))).toEqual([]);

  const definition = JSON.parse(text);
  expect(definition.family).toBe(`${service}-microservice`);
  const target = parse(read(`ecs/appspec-${service}.yaml`)).Resources[0].TargetService.Properties;
  expect(target.TaskDefinition).toBe("<TASK_DEFINITION>");
  const [container] = definition.containerDefinitions;
  expect(target.LoadBalancerInfo).toEqual({
    ContainerName: container.name,
    ContainerPort: container.portMappings[0].containerPort,
  });
});

test("cfn-lint finds nothing", async () => {
  const files = templates.map((template) => join(directory, `${template}.yaml`));
  try {
    await promisify(execFile)("cfn-lint", ["--regions", "us-east-1", "--", ...files]);
  } catch (error) {
    const { code, stdout = "" } = error as { code: string | number; stdout?: string };
    // On somebody's own machine cfn-lint may be missing; where changes are judged it may not.
    if (code === "ENOENT" && !process.env.CI)
      console.warn("cfn-lint is not installed: pipx install cfn-lint");
    else expect.fail(code === "ENOENT" ? "cfn-lint is missing: pipx install cfn-lint" : stdout);
  }
});
