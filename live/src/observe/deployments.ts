import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  BatchGetDeploymentGroupsCommand,
  BatchGetDeploymentsCommand,
  type DeploymentGroupInfo,
  type DeploymentInfo,
  type ECSTarget,
  GetApplicationRevisionCommand,
  GetDeploymentTargetCommand,
  ListApplicationsCommand,
  ListDeploymentGroupsCommand,
  ListDeploymentsCommand,
  type RevisionLocation,
} from "@aws-sdk/client-codedeploy";
import { chunks } from "@ecs-delivery/actions/core/chunks";
import { targetGroupsOf } from "@ecs-delivery/actions/delivery/codedeploy/running-deployment";
import { snapshotOf } from "@ecs-delivery/actions/delivery/codedeploy/snapshot";
import type { PageClients } from "../clients.ts";
import type { AlarmPart, DeploymentPart } from "../parts.ts";
import { codeDeployPart } from "./codedeploy-part.ts";
import type { Diagnose } from "./diagnose.ts";
import type { Reader } from "./reader.ts";
import { allPages, type Revisions } from "./services.ts";

/** Returns the path of this page that shows what a page elsewhere shows; undefined without one. */
export type PageOf = (address: string) => string | undefined;

/** Deployments to show of each group. */
const shownDeployments = 8;

/** A deployment group of an ECS service. */
export interface GroupFacts {
  readonly application: string;
  readonly name: string;
  readonly cluster: string;
  readonly service: string;
  readonly alarms: readonly string[];
  /** Names of its target groups. */
  readonly targetGroups: readonly string[];
  readonly productionListeners: readonly string[];
  readonly testListeners: readonly string[];
}

export interface DeploymentFacts {
  readonly part: DeploymentPart;
  /** Names of the target groups that it calls blue and green. */
  readonly blueGroup: string | undefined;
  readonly greenGroup: string | undefined;
}

interface CodeDeployFacts {
  readonly groups: readonly GroupFacts[];
  /** Newest first within a service. */
  readonly deployments: readonly DeploymentFacts[];
}

export const noCodeDeploy: CodeDeployFacts = { groups: [], deployments: [] };

interface Tools {
  readonly clients: Pick<PageClients, "codedeploy" | "cloudwatch">;
  readonly reader: Reader;
  readonly revisions: Revisions;
  readonly diagnose: Diagnose;
  readonly pageOf: PageOf;
  readonly timeScale: number;
  readonly now: () => number;
}

/** Reads the deployments of CodeDeploy. What an ended deployment shows never changes, so it is read once. */
export function createCodeDeployReader(tools: Tools) {
  const { codedeploy, cloudwatch } = tools.clients;
  const { reader } = tools;
  const ended = new Map<string, DeploymentFacts>();
  let active = new Set<string>();
  const describe = createDescription(tools);
  const list = async ({ application, name }: GroupFacts): Promise<string[]> => {
    const ms = active.has(`${application}/${name}`) ? 0 : 2_000;
    return reader.every(ms, `deployments ${application}/${name}`, async () => {
      const command = new ListDeploymentsCommand({ applicationName: application, deploymentGroupName: name });
      return ((await reader.send(codedeploy, command)).deployments ?? []).slice(0, shownDeployments);
    });
  };
  return async (): Promise<CodeDeployFacts> => {
    const groups = await reader.every(15_000, "deployment groups", () => readGroups(codedeploy, reader));
    const ids = await Promise.all(groups.map(list));
    const owners = new Map(ids.flatMap((some, index) => some.map((id) => [id, groups[index] as GroupFacts])));
    const unknown = [...owners.keys()].filter((id) => !ended.has(id));
    const pages = await Promise.all(
      chunks(unknown, 25).map((deploymentIds) =>
        reader.send(codedeploy, new BatchGetDeploymentsCommand({ deploymentIds })),
      ),
    );
    const read = pages.flatMap(({ deploymentsInfo = [] }) =>
      deploymentsInfo.map(async (info) => {
        const { isFinal, ...facts } = await describe(owners.get(info.deploymentId ?? "") as GroupFacts, info);
        if (facts.part.verdict && isFinal) ended.set(facts.part.id, facts);
        return facts;
      }),
    );
    const all = [...(await Promise.all(read)), ...[...owners.keys()].flatMap((id) => ended.get(id) ?? [])];
    const deployments = [...new Map(all.map((each) => [each.part.id, each])).values()].sort(
      (one, other) => other.part.createdAt - one.part.createdAt,
    );
    const running = deployments.filter(({ part }) => !part.verdict).map(({ part }) => owners.get(part.id));
    active = new Set(running.map((group) => `${group?.application}/${group?.name}`));
    const alarms = await readAlarms(cloudwatch, reader, groups);
    return { groups, deployments: deployments.map((each) => withAlarms(each, owners, alarms)) };
  };
}

/** Returns a function that describes a deployment in its present state. */
function createDescription({ clients, reader, revisions, diagnose, pageOf, timeScale, now }: Tools) {
  const { codedeploy } = clients;
  const taskDefinitionOf = createContents(codedeploy, reader);
  return async (group: GroupFacts, info: DeploymentInfo) => {
    const target = await readTarget(codedeploy, reader, group, info.deploymentId ?? "");
    const [before, revision = ""] = await Promise.all(
      [info.previousRevision, info.revision].map((each) => taskDefinitionOf(group.application, each)),
    );
    const [from, to] = await Promise.all([before, revision].map(revisions.revisionOf));
    const snapshot = snapshotOf(info, target, now());
    const { cluster, service } = group;
    const { isFinal, ...found } = await diagnose({
      ...{ cluster, service, revision, snapshot, endedAt: info.completeTime, by: "CodeDeploy" },
      targetGroups: (service) => targetGroupsOf(service, snapshot),
    });
    const part = codeDeployPart(info, snapshot, {
      ...{ group, from, to, timeScale, now: now(), cause: undefined, ...found },
      run: runIn(info.description, pageOf),
    });
    const groupOf = (label: string) =>
      target?.taskSetsInfo?.find(({ taskSetLabel }) => taskSetLabel === label)?.targetGroup?.name;
    return { isFinal, part, blueGroup: groupOf("Blue"), greenGroup: groupOf("Green") };
  };
}

/** The run's address, as deploy-service writes it into the description. */
function runIn(description = "", pageOf: PageOf): string | undefined {
  const address = /https?:\/\/\S+\/actions\/runs\/\d+(\/attempts\/\d+)?/.exec(description)?.[0];
  return address && (pageOf(address) ?? address);
}

function withAlarms(
  facts: DeploymentFacts,
  owners: ReadonlyMap<string, GroupFacts>,
  alarms: ReadonlyMap<string, AlarmPart>,
): DeploymentFacts {
  if (facts.part.verdict) return facts;
  const names = owners.get(facts.part.id)?.alarms ?? [];
  const watched = names.map((name) => alarms.get(name) ?? { name, state: "UNKNOWN", reason: undefined });
  return { ...facts, part: { ...facts.part, alarms: watched } };
}

async function readGroups(codedeploy: PageClients["codedeploy"], reader: Reader): Promise<GroupFacts[]> {
  const applications = await allPages(async (nextToken) => {
    const page = await reader.send(codedeploy, new ListApplicationsCommand({ nextToken }));
    return { items: page.applications ?? [], nextToken: page.nextToken };
  });
  const groups = await Promise.all(
    applications.map(async (applicationName) => {
      const names = await allPages(async (nextToken) => {
        const command = new ListDeploymentGroupsCommand({ applicationName, nextToken });
        const page = await reader.send(codedeploy, command);
        return { items: page.deploymentGroups ?? [], nextToken: page.nextToken };
      });
      const pages = await Promise.all(
        chunks(names, 100).map((deploymentGroupNames) =>
          reader.send(
            codedeploy,
            new BatchGetDeploymentGroupsCommand({ applicationName, deploymentGroupNames }),
          ),
        ),
      );
      return pages.flatMap(({ deploymentGroupsInfo = [] }) => deploymentGroupsInfo.flatMap(groupFacts));
    }),
  );
  return groups.flat();
}

function groupFacts(info: DeploymentGroupInfo): GroupFacts[] {
  const [service] = info.ecsServices ?? [];
  if (!service) return [];
  const [pair] = info.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  return [
    {
      application: info.applicationName ?? "",
      name: info.deploymentGroupName ?? "",
      cluster: service.clusterName ?? "",
      service: service.serviceName ?? "",
      alarms: (info.alarmConfiguration?.alarms ?? []).flatMap(({ name }) => name ?? []),
      targetGroups: (pair?.targetGroups ?? []).flatMap(({ name }) => name ?? []),
      productionListeners: pair?.prodTrafficRoute?.listenerArns ?? [],
      testListeners: pair?.testTrafficRoute?.listenerArns ?? [],
    },
  ];
}

/** A deployment whose target was never created has none. */
async function readTarget(
  codedeploy: PageClients["codedeploy"],
  reader: Reader,
  { cluster, service }: GroupFacts,
  deploymentId: string,
): Promise<ECSTarget | undefined> {
  const command = new GetDeploymentTargetCommand({ deploymentId, targetId: `${cluster}:${service}` });
  try {
    return (await reader.send(codedeploy, command)).deploymentTarget?.ecsTarget;
  } catch (error) {
    if (/DeploymentTarget(DoesNotExist|IdRequired)|DeploymentNotStarted/.test((error as Error).name))
      return undefined;
    throw error;
  }
}

/** GetDeployment returns only the digest of an AppSpec; the application has the text, which names the task definition. */
function createContents(codedeploy: PageClients["codedeploy"], reader: Reader) {
  const known = new Map<string, string>();
  return async (applicationName: string, revision: RevisionLocation | undefined) => {
    const { content, sha256 } = revision?.appSpecContent ?? revision?.string ?? {};
    let text = content ?? known.get(sha256 ?? "");
    if (text === undefined && sha256 && revision) {
      const command = new GetApplicationRevisionCommand({ applicationName, revision });
      const found = await reader.send(codedeploy, command).catch(() => undefined);
      text = (found?.revision?.appSpecContent ?? found?.revision?.string)?.content;
      if (text !== undefined) known.set(sha256, text);
    }
    return /arn:[\w-]+:ecs:[\w-]+:\d+:task-definition\/[\w-]+:\d+/.exec(text ?? "")?.[0];
  };
}

async function readAlarms(
  cloudwatch: PageClients["cloudwatch"],
  reader: Reader,
  groups: readonly GroupFacts[],
): Promise<Map<string, AlarmPart>> {
  const names = [...new Set(groups.flatMap(({ alarms }) => alarms))];
  const pages = await Promise.all(
    chunks(names, 100).map((AlarmNames) =>
      reader.send(cloudwatch, new DescribeAlarmsCommand({ AlarmNames })),
    ),
  );
  const alarms = pages.flatMap(({ MetricAlarms = [], CompositeAlarms = [] }) => [
    ...MetricAlarms,
    ...CompositeAlarms,
  ]);
  return new Map(
    alarms.map(({ AlarmName: name = "", StateValue = "UNKNOWN", StateReason }) => [
      name,
      { name, state: StateValue, reason: StateReason },
    ]),
  );
}
