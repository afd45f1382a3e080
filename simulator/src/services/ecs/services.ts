import { AwsError } from "../../kit/errors.ts";
import type { AwsClients, Operations } from "../api.ts";
import { createService } from "./create-service.ts";
import { findCluster, findService, requireActiveService } from "./find.ts";
import { Interruption } from "./interruption.ts";
import { ecsArn } from "./names.ts";
import { paginate } from "./paginate.ts";
import { ongoingDeployment } from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { tagsOf } from "./tags.ts";
import { updateService } from "./update-service.ts";
import { viewService } from "./views.ts";

/** DescribeServices takes at most this many (API reference). */
const maxDescribed = 10;

export function serviceOperations(context: EcsContext): Operations<AwsClients["ecs"]> {
  const { state, environment } = context;
  return {
    createService: (input) => createService(context, input),
    updateService: (input) => updateService(context, input),
    describeServices({ cluster: clusterReference, services: references = [], include = [] }) {
      const cluster = findCluster(state, clusterReference);
      if (references.length === 0)
        throw new AwsError("InvalidParameterException", "Services cannot be empty.");
      if (references.length > maxDescribed)
        throw new AwsError(
          "InvalidParameterException",
          `At most ${maxDescribed} services can be described at once.`,
        );
      const found = references.map((reference) => findService(state, cluster, reference));
      return {
        services: found
          .filter((service) => service !== undefined)
          .map((service) => ({
            ...viewService(context, service),
            tags: include.includes("TAGS") ? tagsOf(state, service.arn) : undefined,
          })),
        failures: references
          .filter((_, index) => found[index] === undefined)
          .map((reference) => ({
            arn: reference.startsWith("arn:")
              ? reference
              : ecsArn(environment, `service/${cluster.clusterName}/${reference}`),
            reason: "MISSING",
          })),
      };
    },
    listServices(input = {}) {
      const cluster = findCluster(state, input.cluster);
      const matching = [...state.services.values()].filter(
        (service) =>
          service.cluster === cluster &&
          service.status !== "INACTIVE" &&
          (input.launchType === undefined || viewService(context, service).launchType === input.launchType) &&
          (input.schedulingStrategy ?? "REPLICA") === "REPLICA",
      );
      const { page, nextToken } = paginate(matching, input);
      return { serviceArns: page.map(({ arn }) => arn), nextToken };
    },
    deleteService({ cluster, service: reference = "", force = false }) {
      const service = requireActiveService(state, cluster, reference);
      if (!force && service.desiredCount > 0)
        throw new AwsError(
          "InvalidParameterException",
          "The service cannot be stopped while it is scaled above 0.",
        );
      service.status = "DRAINING";
      service.desiredCount = 0;
      for (const taskSet of service.taskSets) taskSet.status = "DRAINING";
      ongoingDeployment(service)?.control.abort(Interruption.deleted());
      // Deployments are deleted with their service (developer guide, "View service history").
      service.deployments.length = 0;
      context.wake(service);
      return { service: viewService(context, service) };
    },
  };
}
