import type { StopServiceDeploymentCommandInput } from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { requireService } from "./find.ts";
import { invalid, lookUp, page } from "./inputs.ts";
import { Interruption, isOngoing, type ServiceDeploymentRecord } from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { viewDeploymentBrief, viewServiceDeployment, viewServiceRevision } from "./views.ts";

/** DescribeServiceDeployments and DescribeServiceRevisions take at most this many (API reference). */
const maxDescribed = 20;
/** Default page size of ListServiceDeployments (API reference). */
const defaultPage = 20;

export function serviceDeploymentOperations(context: EcsContext): Operations<"ecs"> {
  const { state } = context;
  const deployments = () => [...state.services.values()].flatMap((service) => service.deployments);
  const requireDeployment = (arn: string | undefined) => {
    const found = deployments().find((deployment) => deployment.arn === arn);
    if (!found)
      throw new AwsError(
        "ServiceDeploymentNotFoundException",
        `The service deployment ${arn} does not exist.`,
      );
    return found;
  };
  return {
    listServiceDeployments(input) {
      const service = requireService(state, input.cluster, input.service ?? "");
      const { status, createdAt: { before, after } = {}, maxResults = defaultPage, nextToken } = input;
      const matching = service.deployments.filter(
        (deployment) =>
          (!status?.length || status.includes(deployment.status)) &&
          (before === undefined || deployment.createdAt < before) &&
          (after === undefined || deployment.createdAt > after),
      );
      const { items, nextToken: next } = page(matching, { maxResults, nextToken });
      return { serviceDeployments: items.map(viewDeploymentBrief), nextToken: next };
    },
    describeServiceDeployments({ serviceDeploymentArns: arns = [] }) {
      checkCount("serviceDeploymentArns", arns);
      const { found, failures } = lookUp(arns, (arn) => deployments().find((each) => each.arn === arn));
      return {
        serviceDeployments: found.map((deployment) => viewServiceDeployment(context, deployment)),
        failures,
      };
    },
    describeServiceRevisions({ serviceRevisionArns: arns = [] }) {
      checkCount("serviceRevisionArns", arns);
      const { found, failures } = lookUp(arns, (arn) =>
        deployments().find(({ target }) => target.revision.arn === arn),
      );
      return {
        serviceRevisions: found.map(({ service, target }) => viewServiceRevision(context, service, target)),
        failures,
      };
    },
    stopServiceDeployment(input) {
      const deployment = requireDeployment(input.serviceDeploymentArn);
      stopDeployment(context, deployment, input.stopType);
      return { serviceDeploymentArn: deployment.arn };
    },
    continueServiceDeployment({ serviceDeploymentArn, hookId, action = "CONTINUE" }) {
      const deployment = requireDeployment(serviceDeploymentArn);
      const hook = deployment.hooks.find((each) => each.hookId === hookId);
      if (!hook) throw invalid(`The service deployment has no lifecycle hook ${hookId}.`);
      if (hook.status !== "AWAITING_ACTION" || deployment.status !== "IN_PROGRESS")
        throw invalid(`The lifecycle hook ${hookId} is ${hook.status}; it must be AWAITING_ACTION.`);
      hook.status = action === "CONTINUE" ? "SUCCEEDED" : "FAILED";
      return { serviceDeploymentArn: deployment.arn };
    },
  };
}

/** Developer guide, "Stopping Amazon ECS service deployments": the status changes at once, the rest follows. */
function stopDeployment(
  { environment }: EcsContext,
  deployment: ServiceDeploymentRecord,
  stopType: StopServiceDeploymentCommandInput["stopType"] = "ROLLBACK",
): void {
  if (!isOngoing(deployment))
    throw new AwsError(
      "ConflictException",
      `The service deployment ${deployment.arn} is ${deployment.status} and cannot be stopped.`,
    );
  // A deployment that is already stopping or rolling back continues.
  if (deployment.status !== "PENDING" && deployment.status !== "IN_PROGRESS") return;
  const rollBack = stopType === "ROLLBACK";
  deployment.status = rollBack ? "ROLLBACK_REQUESTED" : "STOP_REQUESTED";
  deployment.updatedAt = environment.clock.now();
  deployment.control.abort(rollBack ? Interruption.rolledBackOnRequest() : Interruption.stopped());
}

function checkCount(name: string, arns: readonly string[]): void {
  if (arns.length === 0) throw invalid(`${name} cannot be empty.`);
  if (arns.length > maxDescribed) throw invalid(`${name} can name at most ${maxDescribed}.`);
}
