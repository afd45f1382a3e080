import type { DeliveryContext } from "./context.ts";
import type { DeploymentRecord } from "./record.ts";

/** A link is not worth a longer wait at the end of a step. */
const longestMs = 5_000;

/**
 * Returns the address of the load balancer that forwards to the service; "" when it is internal or cannot be read. Only
 * asked after AWS has shown what production runs, so a step that lost contact ends at once.
 */
export async function siteOf(
  context: DeliveryContext,
  { targetGroup, production }: DeploymentRecord,
): Promise<string> {
  if (!targetGroup || production.length === 0 || context.signal.aborted) return "";
  try {
    return await findAddress(context, targetGroup);
  } catch {
    return "";
  }
}

async function findAddress({ clients, signal }: DeliveryContext, targetGroup: string): Promise<string> {
  const { DescribeListenersCommand, DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } =
    await import("@aws-sdk/client-elastic-load-balancing-v2");
  const elbv2 = await clients.elbv2();
  const options = { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]) };
  const groups = await elbv2.send(
    new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroup] }),
    options,
  );
  const arn = groups.TargetGroups?.[0]?.LoadBalancerArns?.[0];
  if (!arn) return "";
  const [balancers, { Listeners: listeners = [] }] = await Promise.all([
    elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), options),
    elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: arn }), options),
  ]);
  const { DNSName: name, Scheme } = balancers.LoadBalancers?.[0] ?? {};
  if (!name || Scheme === "internal") return "";
  if (listeners.some(({ Protocol, Port }) => Protocol === "HTTPS" && Port === 443)) return `https://${name}/`;
  return listeners.some(({ Protocol, Port }) => Protocol === "HTTP" && Port === 80) ? `http://${name}/` : "";
}
