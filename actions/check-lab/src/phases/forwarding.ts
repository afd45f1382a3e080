import { hint } from "../choices.ts";
import type { Lab } from "../lab.ts";
import { ruleFor, sharesOf, type Visit, visitorsOf } from "../listener-rules.ts";
import type { Fix } from "../outcome.ts";
import {
  checksFor,
  groupOfTasks,
  type ListenerName,
  otherThan,
  ports,
  ruleName,
  type ServiceName,
} from "../parts.ts";

export const listenerNames = Object.keys(ports) as ListenerName[];

/** Tasks may have the same security groups as the load balancer: then both items say it, and it counts once. */
export const noRule = (balancer: string | undefined, port: number) =>
  `no security group of ${balancer} opens port ${port}`;

/** Tasks may be in the same subnets. */
export const noGateway = (balancer: string | undefined, subnets: readonly string[]) =>
  `${balancer} has no route to an internet gateway from ${subnets.join(", ")}`;

/** Returns the visits that a listener does not send to the service, for any visitor that its rules know. */
export async function wrongWays(
  lab: Lab,
  service: ServiceName,
  name: ListenerName,
  visits: readonly Visit[],
): Promise<string[]> {
  const { account, roles, siteAddress } = lab;
  const rules = await roles.rulesOf(name);
  const { TargetGroupArn: wanted, TargetGroupName } = await roles.targetGroup(service, name);
  const host = new URL(await siteAddress(name)).hostname;
  const groups = await account.targetGroups();
  // During a release the service's other group gets a part.
  const own = [wanted, ...(await roles.targetGroups(service)).map(({ TargetGroupArn }) => TargetGroupArn)];
  const nameOf = (arn: string) =>
    groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.TargetGroupName ?? "another group";
  return visits.flatMap((visit) => {
    const found = visitorsOf(rules).map((source) => ruleFor(rules, { ...visit, source, host }));
    const ways = found.map((rule) => ({ rule, shares: sharesOf(rule?.Actions) }));
    const isRedirect = ways[0]?.rule?.Actions?.at(-1)?.RedirectConfig?.Path?.startsWith("/admin/");
    const isOwn = ways.some(
      ({ shares }) => shares.length > 0 && shares.every(({ arn }) => own.includes(arn)),
    );
    if (isRedirect || isOwn) return [];
    const { rule, shares } =
      ways.find(({ shares }) => shares.some(({ arn }) => arn === wanted)) ?? ways[0] ?? {};
    const to = shares?.map(({ arn, percent }) => `${percent} % to ${nameOf(arn)}`).join(", ");
    const action = to || rule?.Actions?.map(({ Type }) => Type).join();
    const shown = visit.method ? `${visit.method} ${visit.path}` : visit.path;
    return `listener ${ports[name]}: ${rule ? ruleName(rule) : "no rule"} sends ${shown} ${action}, not to ${TargetGroupName}`;
  });
}

/**
 * Returns that a listener forwards the service's paths to a target group of the other one, undefined if it does not. All
 * items that this breaks have this text, so that it counts once.
 */
export async function strayOf(
  { roles }: Lab,
  service: ServiceName,
  name: ListenerName,
): Promise<string | undefined> {
  const other = otherThan(service);
  const group = await roles.targetGroup(service, name);
  const theirs = await hint(roles.targetGroup(other, name));
  const ownerOf = (each: typeof group) => roles.ownerOf(each.TargetGroupArn ?? "");
  const owner = await ownerOf(group);
  if ((owner ?? checksFor(group)) === other && theirs)
    if (((await ownerOf(theirs)) ?? checksFor(theirs)) === service) {
      const names = [group, theirs].map(({ TargetGroupName }) => TargetGroupName).sort();
      return `listener ${ports[name]}: ${names.join(" and ")} are swapped`;
    }
  const defaults = await Promise.all(listenerNames.map((each) => hint(roles.targetGroup("customer", each))));
  const isUsed =
    service === "employee" && defaults.some((each) => each?.TargetGroupArn === group.TargetGroupArn);
  if (owner === service || !(owner || isUsed)) return undefined;
  const rule = service === "employee" ? ruleName(await roles.adminRule(name)) : "the default rule";
  return `listener ${ports[name]}: ${rule} forwards to ${group.TargetGroupName}, which is the ${other}'s`;
}

/** The fix of a listener that does not forward to the service: to the group that its tasks are in, if they are. */
export async function fixOfForwarding(
  { account, roles }: Lab,
  service: ServiceName,
  name: ListenerName,
): Promise<Partial<Fix>> {
  const used = groupOfTasks((await hint(roles.service(service))) ?? {});
  const pair = await roles.pairOf(service);
  const isTest = name === "test" && !(await hint(roles.wasReleased(service)));
  const wanted = ((await hint(account.targetGroups())) ?? []).find(({ TargetGroupArn, TargetGroupName }) =>
    isTest ? TargetGroupArn !== used && pair.includes(TargetGroupName) : TargetGroupArn === used,
  );
  const listener = await hint(roles.listener(name));
  if (!wanted || !listener) return {};
  const rule = service === "employee" ? await hint(roles.adminRule(name)) : undefined;
  const priorities = ((await hint(roles.rulesOf(name))) ?? []).map(({ Priority }) => Number(Priority) || 0);
  const conditions = "--conditions Field=path-pattern,Values=/admin,/admin/*";
  const forward = `Type=forward,TargetGroupArn=${wanted.TargetGroupArn}`;
  const create = `aws elbv2 create-rule --listener-arn ${listener.ListenerArn} --priority ${1 + Math.max(...priorities)} ${conditions} --actions ${forward}`;
  const modify = `aws elbv2 modify-listener --listener-arn ${listener.ListenerArn} --default-actions ${forward}`;
  const change = rule && `aws elbv2 modify-rule --rule-arn ${rule.RuleArn} --actions ${forward}`;
  const paths = service === "customer" ? "default" : "/admin/*";
  return {
    console: `EC2 → Load balancers → listener ${ports[name]} → Manage rules: ${paths} → ${wanted.TargetGroupName}.`,
    cli: service === "customer" ? modify : (change ?? create),
  };
}
