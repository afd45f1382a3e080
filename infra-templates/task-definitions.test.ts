import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { read } from "./profiles.support.ts";

interface Secret {
  readonly name: string;
  readonly valueFrom: string;
}

const outputs = Object.keys(parse(read("services.yaml"), { logLevel: "silent" }).Outputs);

function secretsOf(definition: string): Record<string, string> {
  const [container] = JSON.parse(read(`ecs/taskdef-${definition}.json`)).containerDefinitions;
  return Object.fromEntries(container.secrets.map(({ name, valueFrom }: Secret) => [name, valueFrom]));
}

describe.each(["customer", "employee"])("the service %s", (service) => {
  test.each([service, `migrate-${service}`])(
    "the task definition %s uses the outputs of the stacks",
    (name) => {
      const text = read(`ecs/taskdef-${name}.json`);
      const placeholders = [...text.matchAll(/<(\w+)>/g)].flatMap(([, placeholder]) => placeholder ?? []);
      expect(placeholders.filter((each) => each !== "IMAGE1_NAME" && !outputs.includes(each))).toEqual([]);
      const definition = JSON.parse(text);
      expect(definition.family).toBe(`${name}-microservice`);
      expect(definition.containerDefinitions.map((container: { name: string }) => container.name)).toEqual([
        service,
      ]);
    },
  );

  test("the AppSpec names the container and its port", () => {
    const [container] = JSON.parse(read(`ecs/taskdef-${service}.json`)).containerDefinitions;
    const target = parse(read(`ecs/appspec-${service}.yaml`)).Resources[0].TargetService.Properties;
    expect(target.TaskDefinition).toBe("<TASK_DEFINITION>");
    expect(target.LoadBalancerInfo).toEqual({
      ContainerName: container.name,
      ContainerPort: container.portMappings[0].containerPort,
    });
  });

  test("only the migration gets the account that owns the schema", () => {
    const own = service === "customer" ? "<CustomerSecretArn>" : "<EmployeeSecretArn>";
    expect(secretsOf(service)).toEqual({
      APP_DB_USER: `${own}:username::`,
      APP_DB_PASSWORD: `${own}:password::`,
    });
    expect(secretsOf(`migrate-${service}`)).toEqual({
      APP_DB_USER: "<DatabaseSecretArn>:username::",
      APP_DB_PASSWORD: "<DatabaseSecretArn>:password::",
      APP_DB_SERVICE_USER: `${own}:username::`,
      APP_DB_SERVICE_PASSWORD: `${own}:password::`,
    });
  });

  test.each([service, `migrate-${service}`])(
    "the task of %s reaches the database through the stack's address",
    (name) => {
      const [container] = JSON.parse(read(`ecs/taskdef-${name}.json`)).containerDefinitions;
      expect(container.environment).toContainEqual({ name: "APP_DB_SSL_MODE", value: "<DatabaseSslMode>" });
    },
  );
});

test("tasks use TLS and check the server's identity unless a profile says otherwise", () => {
  const { DatabaseSslMode } = parse(read("services.yaml"), { logLevel: "silent" }).Parameters;
  expect(DatabaseSslMode.Default).toBe("VERIFY_IDENTITY");
});
