import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListServiceDeploymentsCommand,
} from "@aws-sdk/client-ecs";
import { lastSegment } from "../../core/arn.ts";
import { isAccessDenied } from "../../core/aws-errors.ts";
import { type Finding, refuseFindings, refuseWith } from "../../core/findings.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";

/** An action of IAM, and the resources that a policy may limit it to; none if that has to be `*`. */
interface Right {
  readonly action: string;
  readonly resources: readonly string[];
  /** The call was about something that does not exist: AWS does not show for which resource it was denied. */
  readonly unsure?: boolean;
}

/** Location of the service, as far as it is known. */
type Known = Pick<RunningService, "controller"> & { readonly serviceArn: string };

/** Well-formed IDs that AWS never assigns, to ask without an earlier deployment. Their denial is a mere hint. */
const nothing = { deployment: "d-000000000", serviceDeployment: "0000000000000000000000" };

/** Creates the checks of the rights to follow a deployment: read calls show what is missing before anything changes. */
export function openFollowRights(context: DeliveryContext, inputs: DeployInputs) {
  return {
    /** Finds missing rights of a role that may read the service. */
    async check({ controller, service }: RunningService): Promise<Finding[]> {
      // A pull request is planned with another role than the one that deploys.
      if (inputs.waitUntil === "registered" || inputs.commentToken) return [];
      const known = { controller, serviceArn: service.serviceArn ?? "" };
      return describeMissing(await findMissing(context, inputs, known), inputs.mode === "plan");
    },
    /** Reports a denied read that the deployment needs, together with all other denied ones. */
    async refuse(findings: readonly Finding[], error: Error): Promise<never> {
      if (!isAccessDenied(error)) return refuseWith(findings, context.log, error);
      const serviceArn = /on resource: (arn:\S+:service\/\S+)/.exec(error.message)?.[1] ?? "";
      const first = {
        action: /perform: (\w+:\w+)/.exec(error.message)?.[1] ?? "ecs:DescribeServices",
        resources: /on resource: (arn:\S+)/.exec(error.message)?.slice(1) ?? [],
      };
      const others = await findMissing(context, inputs, { controller: "", serviceArn });
      const all = [first, ...others.filter(({ action }) => action !== first.action)];
      refuseFindings([...findings, ...describeMissing(all, false)], context.log);
      throw error;
    },
  };
}

/** Lists the missing rights that are certain, then the others. A plan follows nothing. */
function describeMissing(missing: readonly Right[], isPlan: boolean): Finding[] {
  return [false, true].flatMap((unsure): Finding[] => {
    const rights = missing.filter((right) => (right.unsure ?? false) === unsure);
    if (rights.length === 0) return [];
    const actions = rights.map(({ action }) => action).sort();
    const lacks = unsure ? "may lack (asked without an earlier deployment)" : "lacks";
    return [
      {
        text: `the role ${lacks} what following the deployment needs: ${actions.join(", ")}`,
        fix: `add to the statements of its policy: ${statementsFor(rights)}`,
        ...((unsure || isPlan) && { kind: "advice" }),
      },
    ];
  });
}

/** A statement on ARNs does not allow actions without a resource type, which get one of their own. */
function statementsFor(rights: readonly Right[]): string {
  const groups = [true, false].map((onArns) =>
    rights.filter(({ resources }) => resources.length > 0 === onArns),
  );
  const statements = groups.map((group) => ({
    Effect: "Allow",
    Action: group.map(({ action }) => action).sort(),
    Resource: group === groups[1] ? "*" : [...new Set(group.flatMap(({ resources }) => resources))].sort(),
  }));
  return statements
    .filter(({ Action }) => Action.length > 0)
    .map((each) => JSON.stringify(each))
    .join(", ");
}

async function findMissing(context: DeliveryContext, inputs: DeployInputs, known: Known): Promise<Right[]> {
  const missing: Right[] = [];
  // Only a denial counts: after any other end, the role may make the call, or the deployment meets the error again.
  const attempt: Try = async (right, call) => {
    try {
      return await call();
    } catch (error) {
      if (isAccessDenied(error)) missing.push(right);
      return undefined;
    }
  };
  const trial = { context, inputs, known, attempt, missing };
  await Promise.all([
    known.controller === "" && tryBoth(trial),
    known.controller !== "CODE_DEPLOY" && tryEcs(trial),
    known.controller !== "ECS" && tryCodeDeploy(trial),
  ]);
  return missing;
}

/** An ARN is empty until it is known. */
const arns = (...known: readonly string[]) => known.filter(Boolean);

type Try = <T>(right: Right, call: () => Promise<T>) => Promise<T | undefined>;

interface Trial {
  readonly context: DeliveryContext;
  readonly inputs: DeployInputs;
  readonly known: Known;
  readonly attempt: Try;
  readonly missing: readonly Right[];
}

async function tryBoth({ context, inputs, known, attempt }: Trial): Promise<void> {
  const { ecs } = context.clients;
  const { cluster, service, source } = inputs;
  const options = { abortSignal: context.signal };
  const taskDefinition = "revision" in source ? source.revision : service;
  const services = { action: "ecs:DescribeServices", resources: arns(known.serviceArn) };
  await Promise.all([
    attempt(services, () => ecs.send(new DescribeServicesCommand({ cluster, services: [service] }), options)),
    attempt({ action: "ecs:DescribeTaskDefinition", resources: [] }, () =>
      ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }), options),
    ),
  ]);
}

async function tryEcs({ context, inputs, known: { serviceArn }, attempt }: Trial): Promise<void> {
  const { ecs } = context.clients;
  const { cluster, service } = inputs;
  const options = { abortSignal: context.signal };
  const ofService = (kind: string) => serviceArn && `${serviceArn.replace(":service/", `:${kind}/`)}/*`;
  const listed = await attempt({ action: "ecs:ListServiceDeployments", resources: arns(serviceArn) }, () =>
    ecs.send(new ListServiceDeploymentsCommand({ cluster, service }), options),
  );
  const last = listed?.serviceDeployments?.[0];
  const deployments = ofService("service-deployment");
  const revisions = ofService("service-revision");
  const unknown = (arn: string) => (arn ? arn.replace("*", nothing.serviceDeployment) : undefined);
  const deployment = last?.serviceDeploymentArn ?? unknown(deployments);
  const revision = last?.targetServiceRevisionArn ?? unknown(revisions);
  await Promise.all([
    deployment &&
      attempt({ action: "ecs:DescribeServiceDeployments", resources: arns(serviceArn, deployments) }, () =>
        ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [deployment] }), options),
      ),
    revision &&
      attempt({ action: "ecs:DescribeServiceRevisions", resources: arns(serviceArn, revisions) }, () =>
        ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [revision] }), options),
      ),
  ]);
}

async function tryCodeDeploy({ context, inputs, known, attempt, missing }: Trial): Promise<void> {
  const {
    GetDeploymentCommand,
    GetDeploymentTargetCommand,
    ListDeploymentsCommand,
    ListDeploymentTargetsCommand,
  } = await import("@aws-sdk/client-codedeploy");
  const { cluster, service, codeDeployApplication, codeDeployDeploymentGroup } = inputs;
  const { codedeploy } = context.clients;
  const options = { abortSignal: context.signal };
  const [, partition, , region, account] = known.serviceArn.split(":");
  const group = `deploymentgroup:${codeDeployApplication}/${codeDeployDeploymentGroup}`;
  const resources = arns(account ? `arn:${partition}:codedeploy:${region}:${account}:${group}` : "");
  const right = (name: string) => ({ action: `codedeploy:${name}`, resources });
  const names = {
    applicationName: codeDeployApplication,
    deploymentGroupName: codeDeployDeploymentGroup,
  };
  const listed = await attempt(right("ListDeployments"), () =>
    codedeploy.send(new ListDeploymentsCommand(names), options),
  );
  // The group is missing, which another check reports, or ECS deploys the service.
  if (!listed && !missing.some(({ action }) => action === right("ListDeployments").action)) return;
  const last = listed?.deployments?.[0];
  const deploymentId = last ?? nothing.deployment;
  const unsure = last === undefined;
  const targetId = `${lastSegment(cluster)}:${lastSegment(service)}`;
  // AWS's reference has no resource type for the calls about targets.
  const ofTargets = { resources: [], unsure };
  await Promise.all([
    attempt({ ...right("GetDeployment"), unsure }, () =>
      codedeploy.send(new GetDeploymentCommand({ deploymentId }), options),
    ),
    attempt({ ...right("ListDeploymentTargets"), ...ofTargets }, () =>
      codedeploy.send(new ListDeploymentTargetsCommand({ deploymentId }), options),
    ),
    attempt({ ...right("GetDeploymentTarget"), ...ofTargets }, () =>
      codedeploy.send(new GetDeploymentTargetCommand({ deploymentId, targetId }), options),
    ),
  ]);
}
