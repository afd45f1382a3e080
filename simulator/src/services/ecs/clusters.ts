import type { CreateClusterCommandInput } from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { findCluster, nameIn } from "./find.ts";
import { invalid, lookUp, page, refuseOthers } from "./inputs.ts";
import { ecsArn } from "./names.ts";
import { requireFargateProviders } from "./placement.ts";
import type { ClusterRecord } from "./service-records.ts";
import type { EcsContext, EcsState } from "./state.ts";
import { checkTags, setTags, tagsOf } from "./tags.ts";

export function clusterOperations({ state, environment }: EcsContext): Operations<"ecs"> {
  const view = (cluster: ClusterRecord) => ({ ...cluster, ...countsOf(state, cluster) });
  return {
    async createCluster(input) {
      const name = validateCluster(input);
      checkTags(input.tags);
      const there = state.clusters.get(name);
      // As in AWS, creating an existing cluster returns it.
      if (there) return { cluster: view(there) };
      const cluster: ClusterRecord = {
        clusterArn: ecsArn(environment, `cluster/${name}`),
        clusterName: name,
        status: "ACTIVE",
        settings: input.settings ?? [{ name: "containerInsights", value: "disabled" }],
        capacityProviders: input.capacityProviders ?? [],
        defaultCapacityProviderStrategy: input.defaultCapacityProviderStrategy ?? [],
        registeredContainerInstancesCount: 0,
        statistics: [],
      };
      state.clusters.set(name, cluster);
      setTags(state, cluster.clusterArn, input.tags);
      await ensureServiceLinkedRole(environment);
      return { cluster: { ...view(cluster), tags: tagsOf(state, cluster.clusterArn) } };
    },
    describeClusters({ clusters: references = ["default"], include = [] }) {
      const { found, failures } = lookUp(
        references,
        (reference) => state.clusters.get(nameIn(state, reference)),
        (name) => ecsArn(environment, `cluster/${name}`),
      );
      const clusters = found.map((cluster) => ({
        ...view(cluster),
        tags: include.includes("TAGS") ? tagsOf(state, cluster.clusterArn) : [],
      }));
      return { clusters, failures };
    },
    listClusters(input = {}) {
      const { items, nextToken } = page([...state.clusters.values()], input);
      return { clusterArns: items.map(({ clusterArn }) => clusterArn), nextToken };
    },
    deleteCluster({ cluster: reference }) {
      const cluster = findCluster(state, reference);
      const { activeServicesCount, runningTasksCount, pendingTasksCount } = countsOf(state, cluster);
      refuseActive("Services", activeServicesCount);
      refuseActive("Tasks", runningTasksCount + pendingTasksCount);
      state.clusters.delete(cluster.clusterName);
      state.tags.delete(cluster.clusterArn);
      for (const service of state.services.values())
        if (service.cluster === cluster) state.services.delete(service.arn);
      return { cluster: { ...view(cluster), status: "INACTIVE" } };
    },
    updateCluster(input) {
      refuseOthers("UpdateCluster", input, ["cluster", "settings"]);
      const cluster = findCluster(state, input.cluster);
      cluster.settings = input.settings ?? cluster.settings;
      return { cluster: view(cluster) };
    },
  };
}

function refuseActive(what: "Services" | "Tasks", count: number): void {
  if (count > 0)
    throw new AwsError(
      `ClusterContains${what}Exception`,
      `The Cluster cannot be deleted while ${what} are active.`,
    );
}

function validateCluster(input: CreateClusterCommandInput): string {
  refuseOthers("CreateCluster", input, [
    "clusterName tags settings capacityProviders defaultCapacityProviderStrategy",
  ]);
  const { clusterName = "default", capacityProviders, defaultCapacityProviderStrategy = [] } = input;
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(clusterName)) throw invalid(`Invalid cluster name: ${clusterName}`);
  requireFargateProviders(capacityProviders);
  requireFargateProviders(defaultCapacityProviderStrategy.map((item) => item.capacityProvider));
  return clusterName;
}

function countsOf(state: EcsState, cluster: ClusterRecord) {
  const tasks = [...state.tasks.values()].filter(({ task }) => task.clusterArn === cluster.clusterArn);
  const services = [...state.services.values()].filter((service) => service.cluster === cluster);
  return {
    runningTasksCount: tasks.filter(({ task }) => task.lastStatus === "RUNNING").length,
    pendingTasksCount: tasks.filter(({ task }) => !["RUNNING", "STOPPED"].includes(task.lastStatus)).length,
    activeServicesCount: services.filter(({ status }) => status === "ACTIVE").length,
  };
}

/** AWS creates it with the first cluster of an account; of two in parallel, one finds it existing. */
async function ensureServiceLinkedRole({ aws }: Environment): Promise<void> {
  const find = () => aws.iam.getRole({ RoleName: "AWSServiceRoleForECS" });
  await find().catch(() =>
    aws.iam.createServiceLinkedRole({ AWSServiceName: "ecs.amazonaws.com" }).catch(find),
  );
}
