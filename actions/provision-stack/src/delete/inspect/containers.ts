import {
  DescribeTasksCommand,
  ECSClient,
  paginateListServices,
  paginateListTasks,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { chunks } from "../../../../core/chunks.ts";
import { createPace } from "../../../../core/pace.ts";
import { counted } from "../../../../core/summary.ts";
import type { ProvisionContext } from "../../context.ts";
import type { Held } from "../contents.ts";
import { type Inspect, type Inspected, inspectEach, lookUpHeld } from "./inspected.ts";

/** The maximum of DescribeTasks. */
const tasksAtOnce = 100;

/** Finds services and tasks in clusters that are in none of the stacks: CloudFormation ends the stacks' own. */
export const inspectClusters: Inspect = async (context, stacks) => {
  const ecs = new ECSClient(context.clientConfig);
  const own = stacks
    .flatMap(({ resources }) => resources)
    .filter(({ type }) => type === "AWS::ECS::Service")
    .map(({ physicalId }) => physicalId);
  return inspectEach(stacks, "clusters", (held) => inspectCluster(context, ecs, held, own));
};

async function inspectCluster(
  context: ProvisionContext,
  ecs: ECSClient,
  { physicalId: cluster, stackName }: Held,
  own: readonly string[],
): Promise<Inspected> {
  const where = `cluster ${cluster} (stack ${stackName})`;
  const { value, findings } = await lookUpHeld(where, "ClusterNotFoundException", () =>
    listStrangers(context, ecs, cluster, own),
  );
  if (!value) return { findings, emptyings: [] };
  const services = value.services.map((arn) => ({
    text: `${where} has service ${arn.slice(arn.lastIndexOf("/") + 1)}, which is in none of these stacks`,
    fix: "delete that service, or its stack, too",
  }));
  const { tasks } = value;
  const text = `${where} runs ${counted(tasks.length, "task")} outside any service`;
  const emptyings =
    tasks.length === 0 ? [] : [{ stackName, text, run: () => stopTasks(context, ecs, cluster, tasks) }];
  return { findings: [...findings, ...services], emptyings };
}

async function listStrangers(
  context: ProvisionContext,
  client: ECSClient,
  cluster: string,
  own: readonly string[],
) {
  const options = { abortSignal: context.signal };
  const services: string[] = [];
  for await (const { serviceArns = [] } of paginateListServices({ client }, { cluster }, options))
    services.push(...serviceArns.filter((arn) => !own.includes(arn)));
  const arns: string[] = [];
  for await (const { taskArns = [] } of paginateListTasks({ client }, { cluster }, options))
    arns.push(...taskArns);
  const tasks = await describeTasks(context, client, cluster, arns);
  return {
    services,
    tasks: tasks.filter(
      ({ startedBy, group }) => !group?.startsWith("service:") && !startedBy?.startsWith("ecs-svc/"),
    ),
  };
}

async function stopTasks(
  context: ProvisionContext,
  ecs: ECSClient,
  cluster: string,
  tasks: readonly Task[],
): Promise<void> {
  const arns = tasks.flatMap(({ taskArn }) => taskArn ?? []);
  for (const task of arns)
    await ecs.send(new StopTaskCommand({ cluster, task, reason: "The cluster's stack is deleted" }));
  const pace = createPace();
  // A stopping task is in no list any more, but it still blocks the cluster.
  while (
    (await describeTasks(context, ecs, cluster, arns)).some(({ lastStatus }) => lastStatus !== "STOPPED")
  )
    await context.clock.wait(pace.next(true), context.signal);
}

async function describeTasks(
  { signal }: ProvisionContext,
  ecs: ECSClient,
  cluster: string,
  arns: readonly string[],
): Promise<Task[]> {
  const found: Task[] = [];
  for (const tasks of chunks(arns, tasksAtOnce)) {
    const command = new DescribeTasksCommand({ cluster, tasks });
    found.push(...((await ecs.send(command, { abortSignal: signal })).tasks ?? []));
  }
  return found;
}
