import { appSpecOf } from "../../../simulator/src/outside-clients/web.support.ts";

/** Resources of the account in memory. */
export const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
export const revisions = {
  old: arn("ecs", "task-definition/web:1"),
  new: arn("ecs", "task-definition/web:2"),
};
/** Enough for a rolling update to have steps. */
export const tasks = 10;
/** Converts to the seconds in which the JSON protocols send times. */
export const seconds = (ms: number) => ms / 1000;

const container = (revision: number) => ({
  name: "web",
  image: `example.com/web:${revision}`,
  portMappings: [{ containerPort: 8080 }],
});

/** The task definition that the actions deploy. */
export const taskDefinition = { family: "web", containerDefinitions: [container(2)] };

export const registered = (revision: 1 | 2) => ({
  taskDefinitionArn: arn("ecs", `task-definition/web:${revision}`),
  family: "web",
  revision,
  status: "ACTIVE",
  containerDefinitions: [container(revision)],
});

export const appSpec = appSpecOf("web");

export const service = {
  serviceName: "web",
  serviceArn: arn("ecs", "service/main/web"),
  clusterArn: arn("ecs", "cluster/main"),
  status: "ACTIVE",
  desiredCount: tasks,
  runningCount: tasks,
};
