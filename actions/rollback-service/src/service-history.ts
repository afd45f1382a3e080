import {
  BatchGetDeploymentsCommand,
  type DeploymentInfo,
  ListDeploymentsCommand,
} from "@aws-sdk/client-codedeploy";
import { createRevisionReader } from "../../delivery/codedeploy/deployed-revision.ts";
import { runningDeployment } from "../../delivery/codedeploy/running-deployment.ts";
import { finalStatuses } from "../../delivery/codedeploy/snapshot.ts";
import type { DeliveryContext } from "../../delivery/context.ts";
import type { RunningDeployment } from "../../delivery/engine.ts";
import { readBeforeTag } from "../../delivery/order/run-tag.ts";
import { shortRevision } from "../../ecs/revision.ts";
import type { Production, RunningService } from "../../ecs/service.ts";
import type { RollbackInputs } from "./inputs.ts";

/** One deployment of the service in AWS's history. */
export interface PastDeployment {
  /** Deployment ID of CodeDeploy, ARN of the service deployment of ECS. */
  readonly id: string;
  /** The name in messages, such as `deployment d-1`. */
  readonly name: string;
  /** In AWS's own words. */
  readonly status: string;
  readonly state: "ongoing" | "succeeded" | "unsuccessful";
  /** ARN of the deployed task definition; undefined when AWS does not show it. */
  readonly revision: string | undefined;
  /** AWS restores the previous revision, automatically or after a stop request. */
  readonly isRollback: boolean;
}

export interface ServiceHistory {
  /** Lists the last deployments, newest first: as many as AWS returns in one response. */
  list(): Promise<PastDeployment[]>;
  /** Returns a running deployment, to stop and follow it. */
  resume(deployment: PastDeployment): RunningDeployment;
}

/**
 * Adds to a history what production ran before the oldest release in it, as deploy-service noted: a service under
 * CodeDeploy is created without a deployment.
 */
export function withNoted(
  history: ServiceHistory,
  { service, revision: current }: RunningService,
): ServiceHistory {
  const noted = readBeforeTag(service.tags);
  const list = async () => {
    const deployments = await history.list();
    const first = deployments.findLast(({ state, revision }) => state === "succeeded" && revision);
    if (!noted || !first?.revision || shortRevision(first.revision) !== noted.revision) return deployments;
    const revision = `${current.slice(0, current.lastIndexOf("/") + 1)}${noted.before}`;
    const release = { ...first, id: "", name: `the release of ${noted.before}`, revision, isRollback: false };
    return [...deployments, release];
  };
  return { ...history, list };
}

type LastGood =
  /** ARNs to go back to, the best first. */
  | { readonly candidates: readonly string[] }
  /** Why production runs it already, as a sentence's beginning. */
  | { readonly there: string };

/**
 * Finds what production ran before its newest deployment. Only revisions that a deployment completed count as good; a
 * revision that production went back from does not. A repeated request undoes nothing further: when the newest
 * deployment never reached production, or was itself a rollback, production runs the last good revision.
 *
 * @param deployments ended ones, newest first
 */
export function findLastGood(deployments: readonly PastDeployment[], production: Production): LastGood {
  const { line, undone } = replay(deployments);
  const { revision: current } = production;
  const runsWell = production.settled && production.runningCount >= production.desiredCount;
  const at = line.indexOf(current);
  const why = inVain(deployments, current) ?? wentBack(at < line.length - 1 ? line.at(-1) : undone);
  if (why && runsWell && (at >= 0 || line.length === 0)) return { there: why };
  if (at < 0) return { candidates: line.toReversed() };
  // The revision it went back to does not run as it should: it is tried again before anything older.
  return { candidates: line.slice(0, why ? at + 1 : at).toReversed() };
}

/**
 * Returns whether a revision was in production before the newest one: its deployment is a rollback, and must not be
 * undone.
 */
export function isWayBack(deployments: readonly PastDeployment[], revision: string | undefined): boolean {
  const { line } = replay(deployments);
  return revision !== undefined && line.slice(0, -1).includes(revision);
}

/**
 * Returns the revisions that led to the newest one, oldest first, and the revision that the newest success undid. A
 * rollback to an earlier revision undoes everything after it.
 */
function replay(deployments: readonly PastDeployment[]): { line: string[]; undone: string | undefined } {
  const line: string[] = [];
  let undone: string | undefined;
  for (const { state, revision } of deployments.toReversed()) {
    if (state !== "succeeded" || revision === undefined) continue;
    const at = line.indexOf(revision);
    undone = at >= 0 && at < line.length - 1 ? line.at(-1) : undefined;
    if (at < 0) line.push(revision);
    else line.length = at + 1;
  }
  return { line, undone };
}

function wentBack(from: string | undefined): string | undefined {
  return from && `production was already rolled back from ${shortRevision(from)}`;
}

/** Returns why the newest deployment left production as it was; undefined when it did not. */
function inVain([newest]: readonly PastDeployment[], current: string): string | undefined {
  if (!newest) return undefined;
  const { name, status, state, revision, isRollback } = newest;
  if (isRollback && state === "succeeded") return `${name} already rolled production back`;
  if (state !== "unsuccessful" || revision === undefined || revision === current) return undefined;
  return `${name} of ${shortRevision(revision)}, the newest one, is ${status} and not in production`;
}

/** The maximum of BatchGetDeployments (API reference). */
const window = 25;

/** Opens the deployments of the service's deployment group. */
export function openCodeDeployHistory(context: DeliveryContext, inputs: RollbackInputs): ServiceHistory {
  const { codedeploy } = context.clients;
  const options = { abortSignal: context.signal };
  const applicationName = inputs.codeDeployApplication;
  const deploymentGroupName = inputs.codeDeployDeploymentGroup;
  const revisionOf = createRevisionReader(context, applicationName);

  async function list(): Promise<PastDeployment[]> {
    const listed = await codedeploy.send(
      new ListDeploymentsCommand({ applicationName, deploymentGroupName }),
      options,
    );
    const deploymentIds = (listed.deployments ?? []).slice(0, window);
    if (deploymentIds.length === 0) return [];
    const found = await codedeploy.send(new BatchGetDeploymentsCommand({ deploymentIds }), options);
    const infos = (found.deploymentsInfo ?? []).toSorted((one, other) => timeOf(other) - timeOf(one));
    return Promise.all(infos.map(describe));
  }

  async function describe(info: DeploymentInfo): Promise<PastDeployment> {
    const { deploymentId: id = "", status = "Created", creator, revision } = info;
    const state = finalStatuses.includes(status)
      ? status === "Succeeded"
        ? ("succeeded" as const)
        : ("unsuccessful" as const)
      : ("ongoing" as const);
    const taskDefinition = await revisionOf(revision);
    const isRollback = creator === "codeDeployRollback";
    return { id, name: `deployment ${id}`, status, state, revision: taskDefinition, isRollback };
  }

  return { list, resume: ({ id }) => runningDeployment(context, id) };
}

function timeOf({ createTime }: DeploymentInfo): number {
  return createTime?.getTime() ?? 0;
}
