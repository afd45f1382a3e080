import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { Failure } from "../../core/failure.ts";
import { isObject } from "../../core/is-object.ts";
import { counted } from "../../core/summary.ts";
import { type Bill, type CostContext, nameOf } from "../cost-line.ts";
import { itemsAt, numberAt, refuseProperty, targetAt, textAt } from "../properties.ts";
import { includedStorageGb, type TaskSize, taskSizeOf } from "../task-sizes.ts";

const billService: Bill = (service, context, line) => {
  if (service.properties.CapacityProviderStrategy !== undefined)
    refuseProperty(service, "CapacityProviderStrategy", service.properties.CapacityProviderStrategy);
  const launchType = textAt(service, "LaunchType") ?? "EC2";
  if (launchType !== "FARGATE") refuseProperty(service, "LaunchType", launchType);
  const tasks = numberAt(service, "DesiredCount") ?? 1;
  const { hours } = context.usage;
  const { vcpu, memoryGb, storageGb, architecture } = taskSizeFor(service, context);
  const extraStorage = Math.max(0, storageGb - includedStorageGb);
  const fargate = (id: string, each: number, unit: string) =>
    line(id, tasks * each * hours, `${counted(tasks, "task")} × ${each} ${unit} × ${hours} h`);
  const isPublic = textAt(service, "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp") === "ENABLED";
  return [
    fargate(`fargate-vcpu-${architecture}`, vcpu, "vCPU"),
    fargate(`fargate-memory-${architecture}`, memoryGb, "GB"),
    ...(extraStorage > 0 ? [fargate("fargate-storage", extraStorage, "GB")] : []),
    ...(isPublic ? [line("public-ipv4", tasks * hours, `${counted(tasks, "task")} × ${hours} h`)] : []),
  ];
};

/** Returns the size of the family's deployed revision, else of the template's. */
function taskSizeFor(service: EvaluatedResource, context: CostContext): TaskSize {
  const target = targetAt(service, "TaskDefinition", context.resources);
  if (!target) {
    const name = textAt(service, "TaskDefinition") ?? "";
    const family = name.slice(name.lastIndexOf("/") + 1).replace(/:\d+$/, "");
    return context.taskSizes.get(family) ?? missingFamily(service, family);
  }
  const deployed = context.taskSizes.get(textAt(target, "Family") ?? "");
  if (deployed) return deployed;
  const { Cpu, Memory, RuntimePlatform, EphemeralStorage } = target.properties;
  const definition = {
    cpu: Cpu,
    memory: Memory,
    runtimePlatform: isObject(RuntimePlatform)
      ? { cpuArchitecture: RuntimePlatform.CpuArchitecture }
      : undefined,
    ephemeralStorage: isObject(EphemeralStorage) ? { sizeInGiB: EphemeralStorage.SizeInGiB } : undefined,
  };
  return taskSizeOf(definition, nameOf(target));
}

function missingFamily(service: EvaluatedResource, family: string): never {
  throw new Failure(`${nameOf(service)} runs the task definition ${family}, whose size is not in any file`, {
    nextStep: "give the folder of the task definitions (input task-definitions).",
  });
}

const billCluster: Bill = (cluster, context, line) => {
  const settings = itemsAt(cluster, "ClusterSettings").filter(isObject);
  const insights = settings.findIndex(({ Name }) => Name === "containerInsights");
  const mode =
    insights < 0 ? "disabled" : (textAt(cluster, `ClusterSettings.${insights}.Value`) ?? "disabled");
  if (mode === "disabled") return "a cluster is a name; its tasks are billed, and Container Insights is off";
  if (mode !== "enabled") refuseProperty(cluster, "containerInsights", mode);
  const metrics = context.usage.containerInsightsMetrics;
  if (metrics === undefined)
    throw new Failure(
      `${nameOf(cluster)} has Container Insights on, which bills each metric, and the number of metrics is not in the templates`,
      { nextStep: "set containerInsightsMetrics in the profile of use, or turn Container Insights off." },
    );
  return [line("custom-metric", metrics, `${metrics} metrics of Container Insights`)];
};

export const ecsBills = {
  cluster: billCluster,
  service: billService,
};
