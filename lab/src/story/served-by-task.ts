import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import type { AwsClients } from "./aws-clients.ts";
import type { ServiceName } from "./chapter-list.mjs";
import { cluster } from "./service-state.ts";

const logGroupName = "awslogs-capstone";

/**
 * Counts the lists of suppliers that each running task has served since the newest of them was started, from their
 * logs. The log stream of a task is named after its container and its id.
 */
export async function servedByTask({ ecs, logs }: AwsClients, service: ServiceName): Promise<number[]> {
  const serviceName = `${service}-microservice`;
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName }));
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  const startTime = Math.max(...tasks.map(({ startedAt }) => startedAt?.getTime() ?? 0));
  const filterPattern = '"GET /suppliers 200"';
  return Promise.all(
    taskArns.map(async (taskArn) => {
      const logStreamNames = [`${logGroupName}/${service}/${taskArn.split("/").at(-1)}`];
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({ logGroupName, logStreamNames, filterPattern, startTime }),
      );
      return events.length;
    }),
  );
}
