import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
  type ServiceRevision,
} from "@aws-sdk/client-ecs";
import { balancingName, lastSegment } from "@ecs-delivery/actions/core/arn";
import { chunks } from "@ecs-delivery/actions/core/chunks";
import { createHistory, createQuietTimes } from "@ecs-delivery/actions/delivery/ecs/history";
import { targetGroupsOf } from "@ecs-delivery/actions/delivery/ecs/running-deployment";
import { snapshotOf } from "@ecs-delivery/actions/delivery/ecs/snapshot";
import type { Snapshot } from "@ecs-delivery/actions/delivery/engine";
import type { PageClients } from "../clients.ts";
import type { DeploymentPart, Verdict, WaitKind } from "../parts.ts";
import { eventsOf, verdictOf } from "./codedeploy-part.ts";
import type { DeploymentFacts } from "./deployments.ts";
import type { Diagnose } from "./diagnose.ts";
import type { Reader } from "./reader.ts";
import type { Revisions, ServiceFacts } from "./services.ts";

/** Deployments to show of each service. */
const shownDeployments = 8;

interface Tools {
  readonly ecs: PageClients["ecs"];
  readonly reader: Reader;
  readonly revisions: Revisions;
  readonly diagnose: Diagnose;
  readonly timeScale: number;
  readonly now: () => number;
}

/** A deployment's stages seen in earlier passes: ECS reports only its present stage. */
interface Followed {
  readonly history: ReturnType<typeof createHistory>;
  readonly quietUntil: ReturnType<typeof createQuietTimes>;
}

/** Reads the deployments of services that ECS itself deploys. An ended one is read once. */
export function createEcsDeploymentReader(tools: Tools) {
  const { ecs, reader } = tools;
  const ended = new Map<string, DeploymentFacts>();
  const readRevisions = createServiceRevisions(ecs, reader);
  const describe = createDescription(tools);
  const readOf = async (facts: ServiceFacts): Promise<DeploymentFacts[]> => {
    const arns = await listDeployments(ecs, reader, facts);
    const unknown = arns.filter((arn) => !ended.has(arn));
    const pages = await Promise.all(
      chunks(unknown, 20).map((serviceDeploymentArns) =>
        reader.send(ecs, new DescribeServiceDeploymentsCommand({ serviceDeploymentArns })),
      ),
    );
    const deployments = pages.flatMap(({ serviceDeployments = [] }) => serviceDeployments);
    const revisions = await readRevisions(deployments);
    const read = deployments.map(async (deployment) => {
      const { isFinal, ...found } = await describe(facts, deployment, revisions);
      if (found.part.verdict && isFinal) ended.set(deployment.serviceDeploymentArn ?? "", found);
      return found;
    });
    const all = [...(await Promise.all(read)), ...arns.flatMap((arn) => ended.get(arn) ?? [])];
    return [...new Map(all.map((each) => [each.part.id, each])).values()];
  };
  return async (services: readonly ServiceFacts[]): Promise<DeploymentFacts[]> => {
    const own = services.filter(
      ({ service }) => service && (service.deploymentController?.type ?? "ECS") === "ECS",
    );
    const found = await Promise.all(own.map(readOf));
    return found.flat().sort((one, other) => other.part.createdAt - one.part.createdAt);
  };
}

async function listDeployments(
  ecs: Tools["ecs"],
  reader: Reader,
  { cluster, name, service }: ServiceFacts,
): Promise<string[]> {
  // A new deployment changes the key.
  const key = `service deployments ${cluster}/${name} ${service?.currentServiceDeployment} ${service?.taskDefinition}`;
  return reader.every(10_000, key, async () => {
    const command = new ListServiceDeploymentsCommand({ cluster, service: name });
    const { serviceDeployments = [] } = await reader.send(ecs, command);
    return serviceDeployments
      .slice(0, shownDeployments)
      .flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? []);
  });
}

type ServiceRevisions = ReadonlyMap<string, ServiceRevision>;

/** Returns a function that reads the service revisions of deployments, each once. */
function createServiceRevisions(ecs: Tools["ecs"], reader: Reader) {
  const known = new Map<string, ServiceRevision>();
  return async (deployments: readonly ServiceDeployment[]): Promise<ServiceRevisions> => {
    const arns = deployments
      .flatMap((each) => [each.targetServiceRevision, ...(each.sourceServiceRevisions ?? [])])
      .flatMap((each) => each?.arn ?? []);
    const unknown = [...new Set(arns)].filter((arn) => !known.has(arn));
    for (const serviceRevisionArns of chunks(unknown, 20)) {
      const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns });
      const { serviceRevisions = [] } = await reader.send(ecs, command);
      for (const revision of serviceRevisions) known.set(revision.serviceRevisionArn ?? "", revision);
    }
    return known;
  };
}

/** Returns a function that describes a deployment in its present state. */
function createDescription({ revisions, diagnose, timeScale, now }: Tools) {
  const followed = new Map<string, Followed>();
  return async (facts: ServiceFacts, deployment: ServiceDeployment, known: ServiceRevisions) => {
    const { serviceDeploymentArn: arn = "", sourceServiceRevisions = [] } = deployment;
    const follow = followed.get(arn) ?? { history: createHistory(), quietUntil: createQuietTimes() };
    followed.set(arn, follow);
    const target = known.get(deployment.targetServiceRevision?.arn ?? "");
    const source = known.get(
      sourceServiceRevisions.find(({ arn }) => arn !== target?.serviceRevisionArn)?.arn ?? "",
    );
    const [from, to] = await Promise.all(
      [source, target].map((each) => revisions.revisionOf(each?.taskDefinition)),
    );
    const snapshot = snapshotOf(deployment, {
      events: follow.history(deployment, now()),
      ...{ startedBy: undefined, successor: undefined },
      // It counts in AWS's minutes.
      quietUntil: follow.quietUntil(deployment, now() * timeScale),
    });
    const revision = target?.taskDefinition ?? "";
    const endedAt = deployment.finishedAt ?? deployment.stoppedAt;
    const { isFinal, ...found } = await diagnose({
      ...{ cluster: facts.cluster, service: facts.name, revision, snapshot, endedAt, by: "ECS" },
      targetGroups: (service) =>
        service.deployments?.some(({ taskDefinition }) => taskDefinition === revision)
          ? targetGroupsOf(service)
          : [],
    });
    // The end of a pause is in ECS's response, the end of a wait is counted.
    const scale = snapshot.stage === "ready" ? 1 : timeScale;
    const until = snapshot.quietUntil && snapshot.quietUntil / scale;
    const part: DeploymentPart = {
      ...{ cluster: facts.cluster, service: facts.name, from, to, cause: undefined, ...found },
      ...stateOf(deployment, snapshot, until),
      createdAt: deployment.createdAt?.getTime() ?? now(),
      endedAt: endedAt?.getTime(),
    };
    return { isFinal, part, blueGroup: groupOf(source), greenGroup: groupOf(target) };
  };
}

/** @param until end of a wait, in this page's time */
function stateOf(deployment: ServiceDeployment, snapshot: Snapshot, until: number | undefined) {
  const verdict = verdictOf(snapshot);
  const isBake = deployment.lifecycleStage === "BAKE_TIME";
  const kind: WaitKind = isBake ? "bake" : snapshot.stage === "ready" ? "reroute" : "next-shift";
  const strategy = deployment.deploymentConfiguration?.strategy ?? "ROLLING";
  return {
    id: lastSegment(deployment.serviceDeploymentArn ?? ""),
    engine: "ECS" as const,
    ...{ status: snapshot.status, verdict, traffic: snapshot.traffic },
    configuration: strategy.toLowerCase().replaceAll("_", "/"),
    ...{ rollbackOf: undefined, rolledBackBy: undefined },
    events: eventsOf(snapshot),
    wait: until === undefined || verdict ? undefined : { kind, until },
    alarms: alarmsOf(deployment, verdict),
  };
}

function alarmsOf({ alarms }: ServiceDeployment, verdict: Verdict | undefined): DeploymentPart["alarms"] {
  if (verdict) return [];
  const triggered = alarms?.triggeredAlarmNames ?? [];
  return (alarms?.alarmNames ?? []).map((name) => ({
    name,
    state: triggered.includes(name) ? "ALARM" : "OK",
    reason: undefined,
  }));
}

/** Name of a revision's target group, from `…:targetgroup/NAME/ID`. */
function groupOf(revision: ServiceRevision | undefined): string | undefined {
  const arn = revision?.resolvedConfiguration?.loadBalancers?.[0]?.targetGroupArn;
  return arn && balancingName(arn);
}
