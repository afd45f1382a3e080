import { describe, expect, it } from "vitest";
import type { Environment } from "../../../environment.ts";
import type { Mapping, Value } from "../template/value.ts";
import { resourceTypes } from "./catalog.ts";
import { changeResource, type ResourceContext, type ResourceType } from "./resource-type.ts";
import type { Shape } from "./shape.ts";

/**
 * Returns one of two example values that differ everywhere; the second is undefined if the shape has only one value.
 */
function example(shape: Shape, which: 0 | 1): Value | undefined {
  switch (shape.kind) {
    case "text":
      return shape.values ? shape.values[which] : String(which + 10);
    case "integer":
    case "number":
      return which + 1;
    case "boolean":
      return which === 1;
    case "json":
    case "map":
      return { key: String(which) };
    case "list": {
      const item = example(shape.item, which);
      return item === undefined ? undefined : [item];
    }
    case "object":
      return examples(shape.fields, which);
  }
}

/** Texts with a required format. */
const documents: Readonly<Record<string, readonly string[]>> = { SecretStringTemplate: ["{}", '{"a":1}'] };

function examples(fields: Readonly<Record<string, Shape>>, which: 0 | 1): Mapping {
  const entries = Object.entries(fields).flatMap(([name, shape]) => {
    const value = documents[name]?.[which] ?? example(shape, which);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Returns responses of services in which the handlers find a stable state; `last` is the last call other than that. */
const answers = (last: string): Record<string, object> => ({
  describeInstances: {
    Reservations: [{ Instances: [{ State: { Name: last === "stopInstances" ? "stopped" : "running" } }] }],
  },
  describeDBInstances: { DBInstances: [{ DBInstanceStatus: "available" }] },
  describeLoadBalancers: { LoadBalancers: [{ State: { Code: "active" } }] },
  describeServices: { services: [{ deployments: [{}], runningCount: 1, desiredCount: 1 }] },
  describeEnvironments: { environments: [{ arn: "arn", lifecycle: { status: "CREATED" } }] },
  listRepositories: { repositories: [{ repositoryId: "id", repositoryName: "10" }] },
});

/** The calls that an update from `previous` to `next` makes, as text. */
async function callsOf(type: ResourceType, next: Mapping, previous: Mapping): Promise<string[]> {
  const calls: string[] = [];
  const verb = (call = "") => call.split(" ")[0] ?? "";
  const service = new Proxy(
    {},
    {
      get: (_, operation: string) => async (input: object) => {
        calls.push(`${operation} ${JSON.stringify(input)}`);
        return answers(verb(calls.findLast((call) => !call.startsWith("describe"))))[operation] ?? {};
      },
    },
  );
  const context = {
    environment: { region: "us-east-1" } as Environment,
    aws: new Proxy({} as Environment["aws"], { get: () => service }),
    logicalId: "It",
    signal: new AbortController().signal,
    identify: () => {},
    generateName: () => "generated",
    arn: (...parts) => parts.join(),
  } satisfies ResourceContext;
  await changeResource(type, context, "id", next, previous);
  return calls;
}

/** Properties that exclude each other. */
const alternatives: Record<string, string[]> = {
  SecretString: ["GenerateSecretString"],
  GenerateSecretString: ["SecretString"],
};

/** CloudFormation itself uses these: one when it deletes, the other never. */
const keptByCloudFormation = ["AWS::ECR::Repository EmptyOnDelete", "AWS::CDK::Metadata Analytics"];

describe("a change of a property that needs no replacement reaches the service, for", () => {
  const rows = Object.entries(resourceTypes).flatMap(([name, { properties, replacement = [] }]) =>
    Object.keys(properties)
      .filter((property) => !replacement.includes(property))
      // Properties with only one possible value cannot change.
      .filter((property) => properties[property] && example(properties[property], 1) !== undefined)
      .filter((property) => !keptByCloudFormation.includes(`${name} ${property}`))
      .map((property) => [name, property] as const),
  );
  it.each(rows)("%s %s", async (name, property) => {
    const type = resourceTypes[name] as ResourceType;
    const before = examples(type.properties, 0);
    for (const other of alternatives[property] ?? []) delete before[other];
    const after = { ...before, [property]: example(type.properties[property] as Shape, 1) } as Mapping;
    expect(await callsOf(type, after, before)).not.toEqual(await callsOf(type, before, before));
  });
});
