/** Responses by operation name, as JSON or as text. */
export type Responses = Readonly<Record<string, object | string>>;

/** The moment of a request to AWS, in milliseconds. */
export interface Moment {
  readonly createdAt: number;
  /** Since the deployment was created; negative before. */
  readonly elapsed: number;
}

export const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
export const revisions = {
  old: arn("ecs", "task-definition/web:1"),
  new: arn("ecs", "task-definition/web:2"),
};
/** Enough for a rolling update to have steps. */
export const tasks = 10;
/** Converts to the seconds in which the JSON protocols send times. */
export const seconds = (ms: number) => ms / 1000;

/** The part of the service that is the same for both controllers. */
export const service = {
  serviceName: "web",
  serviceArn: arn("ecs", "service/main/web"),
  clusterArn: arn("ecs", "cluster/main"),
  status: "ACTIVE",
  desiredCount: tasks,
  runningCount: tasks,
};
