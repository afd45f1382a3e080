import type { Service } from "@aws-sdk/client-ecs";
import type { DeliveryContext } from "../context.ts";

/** This read is not worth a long wait: without a response, the default delay is assumed. */
const toleranceMs = 10_000;

/**
 * Returns how long the load balancer keeps a deregistered task, in milliseconds; undefined where AWS does not show it.
 */
export async function findDrainTime(
  { clients, signal }: DeliveryContext,
  { loadBalancers = [] }: Service,
): Promise<number | undefined> {
  const groups = loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration }) =>
    [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].flatMap((arn) => arn ?? []),
  );
  if (groups.length === 0) return undefined;
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(toleranceMs)]);
  try {
    const { DescribeTargetGroupAttributesCommand } = await import(
      "@aws-sdk/client-elastic-load-balancing-v2"
    );
    const client = await clients.elbv2();
    const found = await Promise.all(
      groups.map((TargetGroupArn) =>
        client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }), { abortSignal }),
      ),
    );
    const delays = found.flatMap(({ Attributes = [] }) =>
      Attributes.filter(({ Key }) => Key === "deregistration_delay.timeout_seconds").map(({ Value }) =>
        Number(Value),
      ),
    );
    return delays.length > 0 ? Math.max(...delays) * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
