import { createHash, randomUUID } from "node:crypto";
import {
  CreateDeploymentCommand,
  type DeploymentGroupInfo,
  type DeploymentInfo,
  GetDeploymentCommand,
  ListDeploymentsCommand,
} from "@aws-sdk/client-codedeploy";
import { type Finding, fault, hasFaults } from "../../core/findings.ts";
import { retryOutages } from "../../core/outage-tolerance.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { settingsToUpdate, updateSettings } from "../deployment/service-settings.ts";
import type { Begun, Engine, Listeners, OtherDeployment } from "../engine.ts";
import { checkReadyOption } from "../gate/terms.ts";
import type { DeployInputs } from "../inputs.ts";
import { describeRun } from "../order/run.ts";
import { beginChecking, type Checking, startsTasks } from "../verify/checking.ts";
import { type AppSpec, readAppSpec } from "./app-spec.ts";
import { computeBudget, settleTermsOf } from "./budget.ts";
import { findGroup } from "./group.ts";
import { runningDeployment } from "./running-deployment.ts";
import { finalStatuses } from "./snapshot.ts";

/** Blue/green through CodeDeploy, for services with the deployment controller CODE_DEPLOY. */
export function createCodeDeployEngine(
  running: RunningService,
  context: DeliveryContext,
  inputs: DeployInputs,
): Engine {
  let appSpec: AppSpec | undefined;
  let group: DeploymentGroupInfo | undefined;
  return {
    async verify(taskDefinition) {
      const volumes = refuseVolumes(inputs);
      const found = await findGroup(context, inputs);
      group = found.value;
      if (inputs.appSpecFile) context.log.info(`AppSpec: ${inputs.appSpecFile}.`);
      const read = readAppSpec(inputs.appSpecFile, running.service, taskDefinition);
      appSpec = read.appSpec;
      const isGated = inputs.waitUntil === "ready" && !hasFaults(found.findings);
      const gate = isGated ? checkReadyOption(group, inputs) : [];
      const findings = [...volumes, ...found.findings, ...read.findings, ...gate];
      if (!group || !taskDefinition) return findings;
      const { checkGroupTraffic } = await import("../verify/group-traffic.ts");
      const checking = beginChecking(context, taskDefinition, running);
      const [traffic, networks] = await Promise.all([
        checkGroupTraffic(checking, group),
        appSpec && startsTasks(inputs, running.service)
          ? checkReplacement(checking, appSpec, group, inputs.isRollback)
          : [],
      ]);
      return [...findings, ...traffic, ...networks];
    },
    containerName: () => appSpec?.containerName,
    serviceChanges: () => [...(appSpec?.serviceChanges ?? [])],
    settleTerms: () => settleTermsOf(group, inputs),
    listeners: () => listenersOf(group),
    computeBudget: () => computeBudget(context, inputs, group),
    begin(revision, current) {
      if (!appSpec) throw new Error("begin is called after verify");
      return beginDeployment(context, inputs, appSpec.contentFor(revision), current);
    },
  };
}

function listenersOf(group: DeploymentGroupInfo | undefined): Listeners[] {
  const [pair] = group?.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  const [production] = pair?.prodTrafficRoute?.listenerArns ?? [];
  const [test = ""] = pair?.testTrafficRoute?.listenerArns ?? [];
  return production ? [{ production, test }] : [];
}

/** The replacement's tasks are as the primary task set's, except for what the AppSpec sets. */
async function checkReplacement(
  checking: Checking,
  { settings }: AppSpec,
  { loadBalancerInfo }: DeploymentGroupInfo,
  isRollback: boolean | undefined,
): Promise<Finding[]> {
  const { checkNetworks, tasksOf } = await import("../verify/networks.ts");
  const { service } = checking;
  const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
  const now = tasksOf(service, primary);
  const { loadBalancerInfo: balancing, ...changed } = settings;
  const port = Number(balancing?.containerPort);
  const pair = loadBalancerInfo?.targetGroupPairInfoList?.[0]?.targetGroups ?? [];
  const targets = pair.flatMap(({ name }) => (name ? { group: name, port } : []));
  return checkNetworks(checking, { ...now, ...changed, targets }, isRollback);
}

/** ECS API reference, UpdateService: the volumes of a CODE_DEPLOY service cannot be updated. */
function refuseVolumes({ service, serviceSettings }: DeployInputs): Finding[] {
  if (!serviceSettings?.volumeConfigurations) return [];
  return fault(
    `CodeDeploy deploys ${service} and cannot set service-managed-ebs-volume`,
    "remove the input, or use a service with the deployment controller ECS",
  );
}

/**
 * Creates the deployment. A new desired count is set before it, and only when no deployment is in progress: the
 * replacement then starts with that many tasks, so that they are the ones verified.
 */
async function beginDeployment(
  context: DeliveryContext,
  inputs: DeployInputs,
  content: string,
  service: RunningService,
): Promise<Begun> {
  const retry = <T>(call: () => Promise<T>) => retryOutages(context, call);
  const settings = settingsToUpdate(inputs, service);
  if (settings) {
    const other = await retry(() => findOther(context, inputs));
    if (other) return { busyWith: other };
    await retry(() => updateSettings(context, service, settings));
  }
  const deploymentId = await createDeployment(context, inputs, content);
  return deploymentId
    ? { running: runningDeployment(context, deploymentId) }
    : { busyWith: await retry(() => findOther(context, inputs)) };
}

/**
 * Returns undefined when the group has another deployment in progress. A response may get lost after CodeDeploy has
 * created the deployment: then the SDK's next try meets that deployment, or it has ended before AWS can be reached
 * again.
 */
function createDeployment(
  context: DeliveryContext,
  inputs: DeployInputs,
  content: string,
): Promise<string | undefined> {
  // Outside of GitHub Actions no run identifies the deployment.
  const mark = context.run ? describeRun(context.run) : `${describeRun(undefined)} ${randomUUID()}`;
  const description = withMark(inputs.codeDeployDescription, mark);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const command = new CreateDeploymentCommand({
    applicationName: inputs.codeDeployApplication,
    deploymentGroupName: inputs.codeDeployDeploymentGroup,
    deploymentConfigName: inputs.codeDeployDeploymentConfig,
    description,
    revision: { revisionType: "AppSpecContent", appSpecContent: { content, sha256 } },
    ...watchAlarms(inputs),
  });
  const adopt = async (since?: number) => {
    const ours = await findOurs(context, inputs, { description, sha256 }, since);
    if (ours)
      context.log.info(`The response to CreateDeployment was lost; deployment ${ours} is this run's.`);
    return ours;
  };
  const beganAt = context.clock.now();
  let isFirst = true;
  return retryOutages(context, async () => {
    const ours = isFirst ? undefined : await adopt(beganAt);
    isFirst = false;
    if (ours) return ours;
    try {
      // Not abortable: a discarded response would leave a deployment that no step follows.
      return (await context.clients.codedeploy.send(command)).deploymentId;
    } catch (error) {
      if ((error as Error).name !== "DeploymentLimitExceededException") throw error;
      return adopt();
    }
  });
}

/** CodeDeploy API reference, DeploymentInfo: the console shows this many characters of a description. */
const longestDescription = 512;

/** Returns the user's description with the mark by which this run recognizes its deployment. */
function withMark(description: string | undefined, mark: string): string {
  if (!description) return mark;
  const end = ` (${mark})`;
  const room = longestDescription - end.length;
  return (description.length <= room ? description : `${description.slice(0, room - 1)}…`) + end;
}

/** Replaces the group's own alarms and rollback settings, for this deployment only. */
function watchAlarms({ rollbackOnAlarm, ignoreAlarms = false }: DeployInputs) {
  if (ignoreAlarms) return { overrideAlarmConfiguration: { enabled: false } };
  if (rollbackOnAlarm.length === 0) return {};
  return {
    overrideAlarmConfiguration: { enabled: true, alarms: rollbackOnAlarm.map((name) => ({ name })) },
    autoRollbackConfiguration: {
      enabled: true,
      events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] as const satisfies string[],
    },
  };
}

const ongoing = ["Created", "Queued", "InProgress", "Baking", "Ready"] as const;

/** Finds a deployment of the group that has not ended. */
async function findOther(
  context: DeliveryContext,
  inputs: DeployInputs,
): Promise<OtherDeployment | undefined> {
  const [deploymentId] = await listDeployments(context, inputs, [...ongoing]);
  if (!deploymentId) return undefined;
  return {
    name: `deployment ${deploymentId} of group ${inputs.codeDeployDeploymentGroup}`,
    async poll() {
      const { status = "", description = "" } = await describeDeployment(context, deploymentId);
      const waits = inputs.waitUntil === "ready" && status === "Ready";
      return { status, description, ended: waits || finalStatuses.includes(status) };
    },
  };
}

/** Marks by which this step recognizes its deployment if AWS's response gets lost. */
interface Marks {
  /** The description with the run and its attempt. */
  readonly description: string;
  /** Digest of the AppSpec, which contains the revision. */
  readonly sha256: string;
}

/** Enough for all deployments of a group that began during an outage. */
const newest = 5;
/** Largest expected difference between the clocks of AWS and of the runner. */
const skewMs = 5 * 60_000;

/**
 * Returns the ID of the deployment that this step created without a response: one in progress, or one that began since.
 */
async function findOurs(
  context: DeliveryContext,
  inputs: DeployInputs,
  { description, sha256 }: Marks,
  since?: number,
): Promise<string | undefined> {
  const listed = await listDeployments(context, inputs, since === undefined ? [...ongoing] : undefined);
  for (const deploymentId of listed.slice(0, newest)) {
    const info = await describeDeployment(context, deploymentId);
    const isOurs = info.description === description && digestOf(info) === sha256;
    if (isOurs && (since === undefined || (info.createTime?.getTime() ?? 0) >= since - skewMs))
      return deploymentId;
  }
  return undefined;
}

const digestOf = ({ revision }: DeploymentInfo) => (revision?.appSpecContent ?? revision?.string)?.sha256;

/** Lists the newest first. */
async function listDeployments(
  { clients: { codedeploy }, signal }: DeliveryContext,
  { codeDeployApplication: applicationName, codeDeployDeploymentGroup: deploymentGroupName }: DeployInputs,
  includeOnlyStatuses: (typeof ongoing)[number][] | undefined,
): Promise<string[]> {
  const command = new ListDeploymentsCommand({ applicationName, deploymentGroupName, includeOnlyStatuses });
  return (await codedeploy.send(command, { abortSignal: signal })).deployments ?? [];
}

async function describeDeployment(
  { clients: { codedeploy }, signal }: DeliveryContext,
  deploymentId: string,
) {
  const command = new GetDeploymentCommand({ deploymentId });
  return (await codedeploy.send(command, { abortSignal: signal })).deploymentInfo ?? {};
}
