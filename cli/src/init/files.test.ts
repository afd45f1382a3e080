import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { appSpecOf } from "@ecs-delivery/simulator/outside-clients/web.support";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readActionFile } from "../actions/action-file.ts";
import { filesOf } from "./files.ts";
import { hideValues } from "./hidden-values.ts";
import { type DeployedService, readService } from "./read-service.ts";
import { roleFor } from "./role.ts";

const deployed: DeployedService = {
  cluster: "production",
  service: "web",
  taskDefinition: { family: "web" },
  revision: "web:7",
  container: "app",
  repository: "team/web",
  codedeploy: { application: "Web: new", group: "on", containerName: "app", containerPort: 8080 },
};
const target = { actions: "octo/ecs-delivery", region: "eu-west-3" };
const workflowOf = (changes: Partial<DeployedService>, kind = "deploy") =>
  parse(filesOf({ ...deployed, ...changes }, target).get(`.github/workflows/${kind}-web.yml`) ?? "");

interface Step {
  readonly uses: string;
  readonly with?: Readonly<Record<string, string>>;
}

test("the workflow uses inputs that its actions have, and all required ones", () => {
  const { build, deploy } = workflowOf({}).jobs;
  const { rollback } = workflowOf({}, "rollback").jobs;
  const all: Step[] = [...build.steps, ...deploy.steps, ...rollback.steps];
  const steps = all.filter(({ uses }) => uses.startsWith("octo/"));
  expect(steps).toHaveLength(7);
  for (const { uses, with: inputs = {} } of steps) {
    const name = /^octo\/ecs-delivery\/actions\/([\w-]+)@v1$/.exec(uses)?.[1] ?? "";
    const action = readActionFile(join(import.meta.dirname, "../../../actions"), name);
    expect(action.inputs.map((input) => input.name)).toEqual(expect.arrayContaining(Object.keys(inputs)));
    const required = action.inputs.filter((input) => input.required).map((input) => input.name);
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(required));
  }
});

test("names of any kind reach the workflow unchanged", () => {
  const { steps } = workflowOf({}).jobs.deploy;
  expect(steps.at(-1).with).toMatchObject({
    "codedeploy-application": "Web: new",
    "codedeploy-deployment-group": "on",
    "codedeploy-appspec": "appspec.yaml",
  });
  expect(steps[3].with.repository).toBe("team/web");
  const back = workflowOf({}, "rollback").jobs.rollback.steps.at(-1).with;
  const names = { "codedeploy-application": "Web: new", "codedeploy-deployment-group": "on" };
  expect(back).toMatchObject({ cluster: "production", service: "web", ...names });
});

test("a service that ECS deploys gets no AppSpec", () => {
  const files = filesOf({ ...deployed, codedeploy: undefined }, target);
  expect([...files.keys()]).toEqual([
    "taskdef.json",
    ".github/workflows/deploy-web.yml",
    ".github/workflows/rollback-web.yml",
  ]);
  const { steps } = workflowOf({ codedeploy: undefined }).jobs.deploy;
  expect(Object.keys(steps.at(-1).with)).toEqual(["cluster", "service", "task-definition"]);
});

test("the AppSpec names the container behind the load balancer", () => {
  expect(parse(filesOf(deployed, target).get("appspec.yaml") ?? "")).toEqual(appSpecOf("app"));
});

test("the role may also roll back, with the roles and logs of the task definition only", () => {
  const role = "arn:aws:iam::1:role/execution";
  const ofAccount = { ...deployed, account: "1", taskDefinition: { family: "web", executionRoleArn: role } };
  const actionsFolder = join(import.meta.dirname, "../../../actions");
  const given = { ...target, actionsFolder, repository: "octo/web" };
  const { Statement } = JSON.parse(
    roleFor(ofAccount, given, filesOf(ofAccount, target)).files.get("aws-role/permissions.json") ?? "",
  ) as { Statement: { Action: string | string[]; Resource: string }[] };
  const resourceOf = (action: string) =>
    Statement.flatMap(({ Action, Resource }) => ([Action].flat().includes(action) ? Resource : []));
  expect(resourceOf("ecs:ListTaskDefinitions")).toEqual(["*"]);
  expect(resourceOf("iam:PassRole")).toEqual([role]);
});

const password = "p'a\"$(id)`id` SECRET";
const variable = (name: string, value: string) => ({ environment: [{ name, value }] });

test.each<[string, object, string, string]>([
  ["a variable", variable("DB_PASSWORD", password), "DB_PASSWORD", '"secrets", instead of its variable: {'],
  ["a variable of any name", variable("a'b`$(id)\n", password), "A_B_ID_", '"a\'b\\u0060$(id)\\n"'],
  [
    "an address",
    variable("URL", "https://u:SECRET@h.example"),
    "URL",
    '{ "name": "URL", "valueFrom": "ARN" }',
  ],
  ["a word", { command: ["run", "--key", password] }, "COMMAND_3", "ECS reads no secret there"],
  ["a label", { dockerLabels: { "x.token": password } }, "X_TOKEN", "ECS reads no secret there"],
  ["a volume's label", { labels: { "x.token": password } }, "X_TOKEN", "ECS reads no secret there"],
  ["an option", { logConfiguration: { options: { token: password } } }, "TOKEN", "secretOptions"],
])("writes a placeholder for %s, and a command that moves the value", (_, member, name, reference) => {
  const taskDefinition = {
    containerDefinitions: [
      { name: "empty", ...variable("PASSWORD", "") },
      { name: "app", ...member },
      { name: "side", ...member },
    ],
  };
  const { deployed: shown, hidden } = hideValues({ ...deployed, taskDefinition });
  const text = [...filesOf(shown, target).values()].join("") + JSON.stringify(hidden);
  expect(text).not.toContain("SECRET");
  expect(text).toContain(`"<${name}>"`);
  expect(text).toContain('"value": ""');
  expect(hidden.map((each) => each.name)).toEqual([name, `${name}_2`]);
  expect(hidden[0]?.reference).toContain(reference);
  // Prints the value that it gets of ECS, or the standard input that Secrets Manager would get.
  const aws = 'aws() { if [ "$1" = ecs ]; then printf "%s\\n" "$VALUE"; else cat; fi; }';
  const env = { ...process.env, VALUE: password };
  const moved = execFileSync("sh", ["-c", `${aws}; ${hidden[0]?.command}`], { env, encoding: "utf8" });
  expect(moved).toBe(password);
});

test.each([
  ["web", "web"],
  ["../../x", 'AWS returned the service name "../../x"'],
  ["web\n- run: id", "AWS returned the service name"],
])("takes the name %j from AWS, or refuses it", async (serviceName, result) => {
  const container = { name: "app", image: "nginx" };
  const found = { services: [{ serviceName, clusterArn: "arn:aws:ecs:eu-west-3:1:cluster/production" }] };
  const ecs = { send: async () => ({ ...found, taskDefinition: { containerDefinitions: [container] } }) };
  const reading = readService({ ecs } as never, { cluster: "arn:x", service: "arn:y" }).then(
    ({ cluster, service }) => [cluster, service],
    (error) => error.message,
  );
  expect(await reading).toEqual(result === "web" ? ["production", "web"] : expect.stringContaining(result));
});
