import { expect, test } from "vitest";
import { parse } from "yaml";
import { read } from "./profiles.support.ts";

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
