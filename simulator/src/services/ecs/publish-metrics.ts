import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { publishEachMinute } from "../cloudwatch/publish-each-minute.ts";
import type { ServiceRecord } from "./service-records.ts";
import { countServiceTasks, type EcsContext, type RunningContainer, type TaskRecord } from "./state.ts";
import { parseCpu, parseMemory } from "./validate-task-definition.ts";

const bytesPerMebibyte = 1024 ** 2;
/** Most of the values of one datum (PutMetricData, API reference). */
const maxValues = 150;

/**
 * A program needs real time to start, however fast the clock, and more CPU than scaling should see: a container's usage
 * is not reported for this long.
 */
const startMs = 2_000;

/** A task is not measured more often, as it takes reading dozens of files; at a fast clock minutes are shorter. */
const measureMs = 250;

/** A container's usage at one measurement. */
interface Look {
  readonly cpuNs: number;
  readonly atMs: number;
}

interface Utilization {
  /** Per cent of what the task reserves. */
  readonly cpu: number;
  readonly memory: number;
}

/**
 * Publishes to CloudWatch, once a minute of AWS time, the CPU and memory usage of each service's tasks, a value per
 * task, and the counts of Container Insights for clusters with that setting. Source of names, units and dimensions:
 * developer guide, "Amazon ECS CloudWatch metrics" and "Container Insights metrics".
 */
export function publishMetrics(context: EcsContext): void {
  const measure = createMeasure(context);
  const publications = [
    publishEachMinute(context.environment, {
      namespace: "AWS/ECS",
      publisher: "services",
      collect: async () => (await eachActive(context, (each) => usageOf(context, measure, each))).flat(),
    }),
    publishEachMinute(context.environment, {
      namespace: "ECS/ContainerInsights",
      publisher: "clusters with Container Insights",
      collect: async () => (await eachActive(context, (each) => countsOf(context, each))).flat(),
    }),
  ];
  context.closing.addEventListener("abort", () => {
    for (const { stop } of publications) stop();
  });
}

function eachActive<Result>(
  { state }: EcsContext,
  read: (service: ServiceRecord) => Result | Promise<Result>,
): Promise<Result[]> {
  return Promise.all([...state.services.values()].filter(({ status }) => status === "ACTIVE").map(read));
}

async function usageOf(
  context: EcsContext,
  measure: Measure,
  service: ServiceRecord,
): Promise<MetricDatum[]> {
  const tasks = [...context.state.tasks.values()].filter(
    (record) => record.service === service && record.task.lastStatus === "RUNNING",
  );
  const utilizations = (await Promise.all(tasks.map(measure))).filter(
    (utilization) => utilization !== undefined,
  );
  const cpu = utilizations.map((utilization) => utilization.cpu);
  const memory = utilizations.map((utilization) => utilization.memory);
  return [
    ...percentages("CPUUtilization", service, cpu),
    ...percentages("MemoryUtilization", service, memory),
  ];
}

type Measure = (task: TaskRecord) => Promise<Utilization | undefined>;

function createMeasure(context: EcsContext): Measure {
  const looks = new WeakMap<RunningContainer, Look>();
  const measured = new WeakMap<TaskRecord, { atMs: number; utilization: ReturnType<Measure> }>();
  return (task) => {
    const atMs = context.environment.clock.now().getTime();
    const last = measured.get(task);
    if (last && atMs - last.atMs < measureMs) return last.utilization;
    const utilization = utilizationOf(context, looks, task);
    measured.set(task, { atMs, utilization });
    return utilization;
  };
}

/** Usage since the last measurement; undefined at the first one. */
async function utilizationOf(
  { environment: { taskRuntime, clock } }: EcsContext,
  looks: WeakMap<RunningContainer, Look>,
  { containers, definition, task: { startedAt } }: TaskRecord,
): Promise<Utilization | undefined> {
  if (clock.scale > 1 && startedAt && clock.now().getTime() - startedAt.getTime() < startMs) return undefined;
  let cores = 0;
  let bytes = 0;
  let isKnown = containers.length > 0;
  for (const container of containers) {
    const used = await container.usage();
    const now = { cpuNs: used?.cpuNs ?? 0, atMs: clock.now().getTime() };
    const before = looks.get(container);
    looks.set(container, now);
    isKnown &&= used !== undefined && before !== undefined;
    if (before) cores += Math.max(0, now.cpuNs - before.cpuNs) / ((now.atMs - before.atMs) * 1e6);
    bytes += used?.memoryBytes ?? 0;
  }
  if (!isKnown) return undefined;
  const reservedCores = (parseCpu(definition.cpu as string) / 1024) * taskRuntime.vcpuShare;
  const reservedBytes = parseMemory(definition.memory as string) * bytesPerMebibyte;
  return { cpu: (cores / reservedCores) * 100, memory: (bytes / reservedBytes) * 100 };
}

function percentages(MetricName: string, service: ServiceRecord, values: readonly number[]): MetricDatum[] {
  const data: MetricDatum[] = [];
  for (let start = 0; start < values.length; start += maxValues) {
    const Values = values.slice(start, start + maxValues);
    data.push({ MetricName, Dimensions: dimensionsOf(service), Unit: "Percent", Values });
  }
  return data;
}

function countsOf(context: EcsContext, service: ServiceRecord): MetricDatum[] {
  const setting = service.cluster.settings?.find(({ name }) => name === "containerInsights");
  if (setting?.value !== "enabled" && setting?.value !== "enhanced") return [];
  const { runningCount, pendingCount } = countServiceTasks(context, service);
  const count = (MetricName: string, Value: number): MetricDatum => ({
    ...{ MetricName, Value },
    Dimensions: dimensionsOf(service),
    Unit: "Count",
  });
  return [
    count("DesiredTaskCount", service.desiredCount),
    count("RunningTaskCount", runningCount),
    count("PendingTaskCount", pendingCount),
  ];
}

function dimensionsOf({ cluster, name }: ServiceRecord) {
  return [
    { Name: "ClusterName", Value: cluster.clusterName },
    { Name: "ServiceName", Value: name },
  ];
}
