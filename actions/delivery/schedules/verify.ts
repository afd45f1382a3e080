import { lastSegment, parseArn } from "../../core/arn.ts";
import { isAccessDenied, messageOf } from "../../core/aws-errors.ts";
import { type Finding, fault, hasFaults, note, withTolerance } from "../../core/findings.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { shortRevision } from "../../ecs/revision.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";
import { isFilledIn } from "../verify/checking.ts";
import { checkRights, passing } from "../verify/pass-role.ts";
import { findSchedules } from "./find.ts";
import { nameOf, readSchedule, type Schedule, type Target } from "./read.ts";

/** Cluster and families of the tasks whose schedules a deployment moves. */
export interface Owner {
  readonly clusterArn: string;
  readonly families: readonly string[];
}

/** Rules and schedules to move, and everything that is wrong with them. */
export interface FoundSchedules {
  readonly owner: Owner;
  readonly schedules: readonly Schedule[];
  readonly findings: readonly Finding[];
}

type Revision = Partial<Pick<TaskDefinitionInput, "family" | "executionRoleArn" | "taskRoleArn">> & {
  /** Set for a registered revision that is used as it is. */
  readonly taskDefinitionArn?: string | undefined;
};
type ScheduleInputs = Pick<DeployInputs, "schedules" | "isRollback" | "commentToken" | "mode">;

/** Finds the schedules of the input and everything that would keep them from being moved; nothing is changed. */
export async function verifySchedules(
  context: DeliveryContext,
  inputs: ScheduleInputs,
  running: RunningService,
  taskDefinition: Revision | undefined,
): Promise<FoundSchedules> {
  const { clusterArn = "" } = running.service;
  const families = [familyOf(running.revision), taskDefinition?.family ?? ""].filter(Boolean);
  const owner = { clusterArn, families };
  const { schedules = [] } = inputs;
  const isAuto = schedules[0] === "auto";
  const found = await (isAuto ? findAll(context, owner) : findNamed(context, inputs, owner, schedules));
  const rights = hasFaults(found.findings)
    ? []
    : await checkAll(context, inputs, running, taskDefinition, { owner, ...found });
  return { owner, ...found, findings: [...found.findings, ...rights] };
}

const familyOf = (revision: string) => shortRevision(revision).replace(/:\d+$/, "");

/** Returns the targets that start tasks of the owner. */
export function tasksOf({ targets }: Pick<Schedule, "targets">, { clusterArn, families }: Owner): Target[] {
  const account = parseArn(clusterArn)?.account;
  return targets.filter(({ Arn, EcsParameters }) => {
    const revision = EcsParameters?.TaskDefinitionArn ?? "";
    return (
      Arn === clusterArn && parseArn(revision)?.account === account && families.includes(familyOf(revision))
    );
  });
}

/** Lists what moving changes, one line each. `revision` is undefined as long as it is not registered. */
export function scheduleChanges(
  { schedules, owner }: FoundSchedules,
  revision: string | undefined,
): string[] {
  return schedules.flatMap((schedule) => {
    const revisions = new Set(
      tasksOf(schedule, owner).map((each) => each.EcsParameters?.TaskDefinitionArn ?? ""),
    );
    const before = [...revisions].filter((each) => each !== revision).map(shortRevision);
    const after = revision === undefined ? "the new revision" : shortRevision(revision);
    return before.length > 0 ? [`~ schedule ${nameOf(schedule.arn)}: ${before.join(", ")} → ${after}`] : [];
  });
}

type Found = Omit<FoundSchedules, "owner">;

async function findAll(context: DeliveryContext, owner: Owner): Promise<Found> {
  const all = await findSchedules(context, [owner.clusterArn]).catch(refuseDenied("auto"));
  if ("findings" in all) return all;
  const mine = all.filter((schedule) => tasksOf(schedule, owner).length > 0);
  const schedules = mine.filter(({ enabled }) => enabled);
  const disabled = mine.filter(({ enabled }) => !enabled).map(({ arn }) => nameOf(arn));
  if (mine.length === 0)
    return {
      schedules,
      findings: note(`No rule or schedule starts tasks of ${owner.families[0]} in the service's cluster.`),
    };
  const findings = disabled.flatMap((name) =>
    note(`${name} keeps its revision: it is disabled or has ended.`),
  );
  return { schedules, findings };
}

/** Rules and schedules that cannot be read would silently keep the old revision. */
const refuseDenied = (name: string) => (error: unknown) => {
  if (!isAccessDenied(error)) throw error;
  const fix = "allow it in the policy of this job's role; the action's README lists what schedules needs";
  return { schedules: [], findings: fault(`schedules: ${name} cannot be read: ${messageOf(error)}`, fix) };
};

async function findNamed(
  context: DeliveryContext,
  { isRollback = false }: ScheduleInputs,
  owner: Owner,
  names: readonly string[],
): Promise<Found> {
  const found = await Promise.all(names.map((name) => findOne(context, owner, name)));
  const schedules = new Map<string, Schedule>();
  const findings: Finding[] = [];
  for (const [index, result] of found.entries()) {
    const name = `schedule ${names[index]}`;
    if ("findings" in result) {
      findings.push(...result.findings);
      continue;
    }
    const { arn, enabled } = result;
    // Disabling a task is what somebody does first against a revision that must be undone.
    const disabled = !enabled && !isRollback && "is disabled or has ended";
    const wrong = schedules.has(arn) ? "is twice in the input" : (faultOf(result, owner) ?? disabled);
    if (wrong) findings.push(...fault(`${name} ${wrong}`, "correct the input schedules, or the schedule"));
    schedules.set(arn, result);
  }
  return { schedules: [...schedules.values()], findings };
}

/** A name without a group may be a rule of the default bus or a schedule of the default group. */
async function findOne(context: DeliveryContext, { clusterArn }: Owner, name: string) {
  const { partition, region, account } = parseArn(clusterArn) ?? {};
  const own = parseArn(name);
  if (own && (own.account !== account || own.region !== region))
    return {
      findings: fault(
        `schedule ${name} belongs to account ${own.account} in ${own.region}; the service is in ${account} in ${region}`,
        "use a schedule of the service's account and region",
      ),
    };
  const arn = (service: string, path: string) => `arn:${partition}:${service}:${region}:${account}:${path}`;
  const timed = arn("scheduler", `schedule/${name.includes("/") ? name : `default/${name}`}`);
  const candidates = own ? [name] : name.includes("/") ? [timed] : [arn("events", `rule/${name}`), timed];
  const read = candidates.map((each) => readSchedule(context, each).catch(refuseDenied(name)));
  const results = (await Promise.all(read)).filter((each) => each !== undefined);
  const found = results.filter((each) => "arn" in each);
  if (found.length > 1)
    return {
      findings: fault(
        `both a rule and a schedule have the name ${name} (input schedules)`,
        `write default/${name} for the schedule, or ${candidates[0]} for the rule`,
      ),
    };
  return (
    found[0] ??
    results[0] ?? {
      findings: fault(
        `schedule ${name} does not exist in this account and region`,
        "correct the input schedules: the name of a rule, or name or group/name of a schedule",
      ),
    }
  );
}

/** Returns why a schedule is not one of the owner, to follow its name. */
function faultOf(schedule: Schedule, owner: Owner): string | undefined {
  const { targets } = schedule;
  if (tasksOf(schedule, owner).length > 0) return undefined;
  const [target] = targets.filter(({ EcsParameters }) => EcsParameters);
  const { Arn = "", EcsParameters } = target ?? {};
  if (!EcsParameters)
    return `has no EcsParameters: its target is ${targets.map((each) => each.Arn).join(", ") || "missing"}`;
  const revision = EcsParameters.TaskDefinitionArn ?? "";
  const account = parseArn(owner.clusterArn)?.account;
  const other = [Arn, revision].map((arn) => parseArn(arn)?.account).find((each) => each && each !== account);
  if (other) return `starts tasks in account ${other}; the service is in account ${account}`;
  if (Arn !== owner.clusterArn)
    return `starts tasks in cluster ${lastSegment(Arn)}, not in ${lastSegment(owner.clusterArn)}`;
  return `starts tasks of family ${familyOf(revision)}, not of ${[...new Set(owner.families)].join(" or ")}`;
}

/**
 * Checks that the caller may change the schedules, and that their roles may start the new revision. Rights that the
 * revision does not change, such as tags, are those that the schedule needs today.
 */
async function checkAll(
  context: DeliveryContext,
  { mode, commentToken }: ScheduleInputs,
  running: RunningService,
  taskDefinition: Revision | undefined,
  { schedules, owner }: Omit<FoundSchedules, "findings">,
): Promise<Finding[]> {
  // A pull request is planned with another role than the one that deploys.
  if (commentToken || !taskDefinition) return [];
  const { clients, signal } = context;
  const checking = { clients, signal: withTolerance(signal), isPlan: mode === "plan" };
  const targets = schedules.flatMap((schedule) =>
    tasksOf(schedule, owner).flatMap(({ RoleArn: role }) => (role ? [{ schedule, role }] : [])),
  );
  const changing = targets.flatMap(({ schedule: { arn }, role }) => {
    const isRule = parseArn(arn)?.service === "events";
    const what = `role ${lastSegment(role)} of schedule ${nameOf(arn)}`;
    return [
      {
        action: isRule ? "events:PutTargets" : "scheduler:UpdateSchedule",
        resource: arn,
        ...(isRule && { keys: { "events:TargetArn": owner.clusterArn } }),
        what: `change schedule ${nameOf(arn)}`,
      },
      passing({ arn: role, what }, isRule ? "events.amazonaws.com" : "scheduler.amazonaws.com"),
    ];
  });
  const { executionRoleArn, taskRoleArn } = taskDefinition;
  const passed = [executionRoleArn, taskRoleArn].filter(isFilledIn).map((role) => ({
    arn: parseArn(role) ? role : `arn:aws:iam::${parseArn(owner.clusterArn)?.account}:role/${role}`,
    what: `role ${lastSegment(role)}`,
  }));
  const starting = {
    action: "ecs:RunTask",
    resource: taskDefinition.taskDefinitionArn ?? nextRevision(running.revision, taskDefinition.family ?? ""),
    keys: { "ecs:cluster": owner.clusterArn },
    what: `start the new revision of ${taskDefinition.family}`,
  };
  const needed = [starting, ...passed.map((role) => passing(role))];
  const roles = [...new Set(targets.map(({ role }) => role))];
  const found = [
    checkRights(checking, changing),
    ...roles.map((role) => checkRights(checking, needed, role)),
  ];
  return (await Promise.all(found)).flat();
}

/** A policy for one revision does not allow the next one. */
function nextRevision(revision: string, family: string): string {
  const number = Number(revision.slice(revision.lastIndexOf(":") + 1)) + 1;
  return `${revision.slice(0, revision.lastIndexOf("/") + 1)}${family}:${number}`;
}
