import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
  type ServiceRevision,
} from "@aws-sdk/client-ecs";
import { createHistory, createQuietTimes } from "../../../actions/delivery/ecs/history.ts";
import { targetGroupsOf } from "../../../actions/delivery/ecs/running-deployment.ts";
import { snapshotOf } from "../../../actions/delivery/ecs/snapshot.ts";
import type { PageClients } from "../clients.ts";
import type { DeploymentPart, Verdict } from "../parts.ts";
import { eventsOf, verdictOf } from "./codedeploy-part.ts";
import type { DeploymentFacts } from "./deployments.ts";
import type { Diagnose } from "./diagnose.ts";
import type { Reader } from "./reader.ts";
import { chunks, lastSegment, type Revisions, type ServiceFacts } from "./services.ts";

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
export function createEcsDeploymentReader({ ecs, reader, revisions, diagnose, timeScale, now }: Tools) {
  const ended = new Map<string, DeploymentFacts>();
  const followed = new Map<string, Followed>();
  const known = new Map<string, ServiceRevision>();

  const list = async ({ cluster, name, service }: ServiceFacts): Promise<string[]> => {
    // A new deployment changes the key.
    const key = `service deployments ${cluster}/${name} ${service?.currentServiceDeployment} ${service?.taskDefinition}`;
    return reader.every(10_000, key, async () => {
      const command = new ListServiceDeploymentsCommand({ cluster, service: name });
      const { serviceDeployments = [] } = await reader.send(ecs, command);
      return serviceDeployments
        .slice(0, shownDeployments)
        .flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? []);
    });
  };
  const readRevisions = async (arns: readonly string[]) => {
    for (const some of chunks(
      [...new Set(arns)].filter((arn) => !known.has(arn)),
      20,
    )) {
      const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns: some });
      const { serviceRevisions = [] } = await reader.send(ecs, command);
      for (const revision of serviceRevisions) known.set(revision.serviceRevisionArn ?? "", revision);
    }
  };
  const describe = async (facts: ServiceFacts, deployment: ServiceDeployment): Promise<DeploymentFacts> => {
    const { serviceDeploymentArn: arn = "", createdAt, sourceServiceRevisions = [] } = deployment;
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
      startedBy: undefined,
      successor: undefined,
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
    const verdict = verdictOf(snapshot);
    const until = snapshot.quietUntil && snapshot.quietUntil / timeScale;
    const isBake = deployment.lifecycleStage === "BAKE_TIME";
    const strategy = deployment.deploymentConfiguration?.strategy ?? "ROLLING";
    const part: DeploymentPart = {
      id: lastSegment(arn),
      engine: "ECS",
      cluster: facts.cluster,
      service: facts.name,
      status: snapshot.status,
      verdict,
      cause: undefined,
      ...found,
      configuration: strategy.toLowerCase().replaceAll("_", "/"),
      from,
      to,
      rollbackOf: undefined,
      rolledBackBy: undefined,
      createdAt: createdAt?.getTime() ?? now(),
      endedAt: endedAt?.getTime(),
      events: eventsOf(snapshot),
      traffic: snapshot.traffic,
      wait: until === undefined || verdict ? undefined : { kind: isBake ? "bake" : "next-shift", until },
      alarms: alarmsOf(deployment, verdict),
    };
    const result = { part, blueGroup: groupOf(source), greenGroup: groupOf(target) };
    if (verdict && isFinal) ended.set(arn, result);
    return result;
  };
  return async (services: readonly ServiceFacts[]): Promise<DeploymentFacts[]> => {
    const own = services.filter(
      ({ service }) => service && (service.deploymentController?.type ?? "ECS") === "ECS",
    );
    const found = await Promise.all(
      own.map(async (facts) => {
        const arns = await list(facts);
        const unknown = arns.filter((arn) => !ended.has(arn));
        const pages = await Promise.all(
          chunks(unknown, 20).map((serviceDeploymentArns) =>
            reader.send(ecs, new DescribeServiceDeploymentsCommand({ serviceDeploymentArns })),
          ),
        );
        const deployments = pages.flatMap(({ serviceDeployments = [] }) => serviceDeployments);
        await readRevisions(
          deployments
            .flatMap((each) => [each.targetServiceRevision, ...(each.sourceServiceRevisions ?? [])])
            .flatMap((each) => each?.arn ?? []),
        );
        const read = await Promise.all(deployments.map((deployment) => describe(facts, deployment)));
        const all = [...read, ...arns.flatMap((arn) => ended.get(arn) ?? [])];
        return [...new Map(all.map((each) => [each.part.id, each])).values()];
      }),
    );
    return found.flat().sort((one, other) => other.part.createdAt - one.part.createdAt);
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
  return arn?.split("/").at(-2);
}
