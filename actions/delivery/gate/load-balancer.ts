import { DescribeServiceRevisionsCommand, type Service } from "@aws-sdk/client-ecs";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { balancingName } from "../../core/arn.ts";
import { isAccessDenied } from "../../core/aws-errors.ts";
import { type Finding, fault } from "../../core/findings.ts";
import type { DeliveryContext } from "../context.ts";
import { describeServiceDeployment } from "../ecs/service-deployments.ts";
import type { Listeners, RunningDeployment } from "../engine.ts";
import { routeOf } from "../verify/listener-routes.ts";

/** One load balancer of a service with two revisions, by the ARNs of their target groups. */
export interface Sides {
  readonly green: string;
  readonly blue: string;
  readonly listeners: Listeners;
}

/** Reads which target groups have the new and the old tasks: from the deployment itself, not from the traffic. */
export async function findSides(
  context: DeliveryContext,
  { controller, id }: RunningDeployment,
  startedBy: string | undefined,
  service: Service,
  listeners: readonly Listeners[],
): Promise<Sides[]> {
  const groupOf = (set: Pick<Service, "loadBalancers"> | undefined) =>
    set?.loadBalancers?.[0]?.targetGroupArn ?? "";
  if (controller === "CODE_DEPLOY") {
    const { taskSets = [] } = service;
    const green = groupOf(taskSets.find((set) => set.id === startedBy));
    const blue = groupOf(taskSets.find(({ status }) => status === "PRIMARY"));
    return listeners.map((each) => ({ green, blue, listeners: each }));
  }
  const { targetServiceRevision } = await describeServiceDeployment(context, id, context.signal);
  const command = new DescribeServiceRevisionsCommand({
    serviceRevisionArns: [targetServiceRevision?.arn ?? ""],
  });
  const { serviceRevisions } = await context.clients.ecs.send(command, { abortSignal: context.signal });
  const resolved = serviceRevisions?.[0]?.resolvedConfiguration?.loadBalancers ?? [];
  const pairs = (service.loadBalancers ?? []).filter(({ advancedConfiguration }) => advancedConfiguration);
  return listeners.map((each, index) => {
    const { targetGroupArn = "", advancedConfiguration } = pairs[index] ?? {};
    const pair = [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn ?? ""];
    const found = resolved.map((group) => group.targetGroupArn).find((arn) => arn && pair.includes(arn));
    return { green: found ?? "", blue: pair.find((arn) => arn !== found) ?? "", listeners: each };
  });
}

/** Names what the load balancer itself does not show yet of new tasks that only get test traffic; "" for nothing. */
export async function findMissing(
  { clients, signal }: DeliveryContext,
  { green, blue, listeners }: Sides,
  tasks: number,
): Promise<string> {
  if (!green) return "AWS does not show the target group of the new tasks";
  const elbv2 = await clients.elbv2();
  const health = new DescribeTargetHealthCommand({ TargetGroupArn: green });
  const [targets, production, test] = await Promise.all([
    elbv2.send(health, { abortSignal: signal }),
    readRules(elbv2, listeners.production, signal),
    readRules(elbv2, listeners.test, signal),
  ]);
  const states = (targets.TargetHealthDescriptions ?? [])
    .map(({ TargetHealth }) => TargetHealth?.State)
    .filter((state) => state !== "draining");
  const healthy = states.filter((state) => state === "healthy").length;
  const weightsOf = (rules: readonly Rule[]) => rules.flatMap(routeOf).map(({ weights }) => weights);
  const gives = (weights: ReadonlyMap<string, number>, group: string) => (weights.get(group) ?? 0) > 0;
  const tested = weightsOf(test).filter((weights) => gives(weights, green) || gives(weights, blue));
  const astray = tested.some((weights) =>
    [...weights.keys()].some((arn) => arn !== green && gives(weights, arn)),
  );
  const name = balancingName(green);
  const missing = [
    (healthy < tasks || healthy < states.length || tasks === 0) &&
      `${healthy} of ${Math.max(tasks, states.length)} targets of ${name} are healthy`,
    listeners.test &&
      (tested.length === 0 || astray) &&
      `the test listener does not forward to ${name} alone`,
    weightsOf(production).some((weights) => gives(weights, green)) &&
      `the production listener forwards to ${name}`,
  ];
  return missing.filter(Boolean).join("; ");
}

/** Reads one rule, or the rules of a listener in their order; none without an ARN. */
async function readRules(elbv2: ElasticLoadBalancingV2Client, arn: string, abortSignal: AbortSignal) {
  const rules: Rule[] = [];
  if (arn.includes(":listener/net/")) {
    // A Network Load Balancer has no rules.
    const found = await elbv2.send(new DescribeListenersCommand({ ListenerArns: [arn] }), { abortSignal });
    return [{ IsDefault: true, Actions: found.Listeners?.[0]?.DefaultActions }] satisfies Rule[];
  }
  const which = isRule(arn) ? { RuleArns: [arn] } : { ListenerArn: arn };
  for (let Marker: string | undefined, more = arn !== ""; more; more = Marker !== undefined) {
    const page = await elbv2.send(new DescribeRulesCommand({ ...which, Marker }), { abortSignal });
    rules.push(...(page.Rules ?? []));
    Marker = page.NextMarker;
  }
  return rules;
}

const isRule = (arn: string) => arn.includes(":listener-rule/");

/** Finds reads that AWS denies, before a deployment begins that nobody could see to be ready. */
export async function checkReads(
  { clients, signal }: DeliveryContext,
  TargetGroupArn: string,
  listeners: readonly Listeners[],
): Promise<Finding[]> {
  const elbv2 = await clients.elbv2();
  const options = { abortSignal: signal };
  const [{ production = "" } = {}] = listeners;
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    DescribeTargetHealth: () => elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }), options),
    DescribeRules: () => readRules(elbv2, production, signal),
    DescribeListeners: () =>
      elbv2.send(new DescribeListenersCommand({ ListenerArns: [listenerOf(production)] }), options),
    DescribeLoadBalancers: () => elbv2.send(new DescribeLoadBalancersCommand({ PageSize: 1 }), options),
  };
  const denied = await Promise.all(
    Object.entries(calls).map(([name, call]) =>
      call().then(
        () => [],
        (error) => (isAccessDenied(error) ? [`elasticloadbalancing:${name}`] : []),
      ),
    ),
  );
  const names = denied.flat().join(", ");
  if (!names) return [];
  return fault(
    `the role lacks ${names}, without which nobody sees whether the new tasks are ready (wait-until: ready)`,
    "allow it in the policy of this job's role",
  );
}

/** A rule's ARN is its listener's with an additional id. */
function listenerOf(arn: string): string {
  return isRule(arn) ? arn.slice(0, arn.lastIndexOf("/")).replace(":listener-rule/", ":listener/") : arn;
}

/**
 * Returns the address at which the test listener leads to the new tasks, with the path of their rule. Notes say why it
 * is empty, or what else a request needs.
 */
export async function findTestUrl(
  { clients, signal }: DeliveryContext,
  { green, listeners: { test } }: Sides,
): Promise<{ readonly url: string; readonly notes: readonly string[] }> {
  if (!test) return { url: "", notes: ["The service has no test listener, so test-url is empty."] };
  const elbv2 = await clients.elbv2();
  const options = { abortSignal: signal };
  const [rules, { Listeners: [listener] = [] }] = await Promise.all([
    readRules(elbv2, test, signal),
    elbv2.send(new DescribeListenersCommand({ ListenerArns: [listenerOf(test)] }), options),
  ]);
  const { Protocol: protocol = "", Port: port = 0, LoadBalancerArn: arn = "" } = listener ?? {};
  if (!["HTTP", "HTTPS"].includes(protocol))
    return { url: "", notes: [`The test listener is ${protocol}:${port}, so test-url is empty.`] };
  const command = new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] });
  const [balancer] = (await elbv2.send(command, options)).LoadBalancers ?? [];
  const leading = rules.filter((rule) => routeOf(rule).some(({ weights }) => (weights.get(green) ?? 0) > 0));
  // The default rule needs nothing; of others, the first one decides.
  const rule = leading.find(({ IsDefault }) => IsDefault) ?? leading[0] ?? {};
  const { path, host, others } = conditionsOf(rule);
  const isDefaultPort = port === (protocol === "HTTPS" ? 443 : 80);
  const authority = `${host ?? balancer?.DNSName}${isDefaultPort ? "" : `:${port}`}`;
  const notes = [
    balancer?.Scheme === "internal" && "The load balancer is internal: test-url works in its network.",
    protocol === "HTTPS" && !host && "The certificate of the test listener is not for this name.",
    others.length > 0 && `The test listener's rule also needs ${others.join(", ")} of a request.`,
  ];
  return {
    url: `${protocol.toLowerCase()}://${authority}${path}`,
    notes: notes.filter((each) => each !== false),
  };
}

/** Returns a path that meets the rule's pattern, a host without wildcards, and what else the rule asks for. */
function conditionsOf({ Conditions = [], IsDefault }: Rule) {
  const valuesOf = (field: string) => {
    const condition = Conditions.find(({ Field }) => Field === field);
    return (condition?.PathPatternConfig ?? condition?.HostHeaderConfig ?? condition)?.Values ?? [];
  };
  const [pattern] = valuesOf("path-pattern");
  const host = valuesOf("host-header").find((each) => !/[*?]/.test(each));
  const met: Readonly<Record<string, string | undefined>> = { "path-pattern": pattern, "host-header": host };
  const path = (IsDefault ? "" : (pattern ?? "")).replaceAll("*", "").replaceAll("?", "-");
  return {
    path: path.startsWith("/") ? path : `/${path}`,
    host,
    others: Conditions.flatMap(({ Field = "" }) => (met[Field] === undefined ? [Field] : [])),
  };
}
