import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { appSpecOf } from "../../../simulator/src/outside-clients/web.support.ts";
import { readActionFile } from "../actions/action-file.ts";
import { filesOf } from "./files.ts";
import type { DeployedService } from "./read-service.ts";

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
const workflowOf = (changes: Partial<DeployedService>) =>
  parse(filesOf({ ...deployed, ...changes }, target).get(".github/workflows/deploy-web.yml") ?? "");

interface Step {
  readonly uses: string;
  readonly with?: Readonly<Record<string, string>>;
}

test("the workflow uses inputs that its actions have, and all required ones", () => {
  const steps: Step[] = workflowOf({}).jobs.deploy.steps;
  expect(steps).toHaveLength(5);
  for (const { uses, with: inputs = {} } of steps.slice(1)) {
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
  expect(steps[2].with.repository).toBe("team/web");
});

test("a service that ECS deploys gets no AppSpec", () => {
  const files = filesOf({ ...deployed, codedeploy: undefined }, target);
  expect([...files.keys()]).toEqual(["taskdef.json", ".github/workflows/deploy-web.yml"]);
  const { steps } = workflowOf({ codedeploy: undefined }).jobs.deploy;
  expect(Object.keys(steps.at(-1).with)).toEqual(["cluster", "service", "task-definition"]);
});

test("the AppSpec names the container behind the load balancer", () => {
  expect(parse(filesOf(deployed, target).get("appspec.yaml") ?? "")).toEqual(appSpecOf("app"));
});
