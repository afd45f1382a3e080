import type { RunningService } from "../../shared/ecs/service.ts";
import type { Finding } from "../../shared/findings.ts";
import { type AutoscalingPlan, planAutoscaling } from "./autoscaling/plan.ts";
import { dimensionOf } from "./autoscaling/state.ts";
import type { ScaleInputs } from "./inputs.ts";
import type { Subject } from "./subject.ts";

/** Finds all changes, and everything that would make them fail; nothing is changed here. */
export function planChanges(
  inputs: ScaleInputs,
  subject: Subject,
  otherDeployment: string | undefined,
): { autoscaling: AutoscalingPlan; changes: string[]; findings: Finding[] } {
  const { running, groups, autoscaling: before } = subject;
  const [, cluster = "", service = ""] = dimensionOf(running.service).ResourceId.split("/");
  const resourceLabel = groups.find((group) => group.resourceLabel)?.resourceLabel;
  const autoscaling = planAutoscaling(inputs, before, { cluster, service, resourceLabel });
  const now = running.service.desiredCount ?? 0;
  const { desiredCount = now } = inputs;
  return {
    autoscaling,
    changes: [
      ...(desiredCount === now ? [] : [`desired count: ${now} → ${desiredCount}`]),
      ...autoscaling.changes,
    ],
    findings: [
      ...subject.findings,
      ...autoscaling.findings,
      ...requestFindings(inputs, subject),
      ...deploymentFindings(inputs, otherDeployment),
      ...listenerFindings(subject),
    ],
  };
}

/** Checks that requests can be counted, and for how long in the right group. */
function requestFindings(
  { autoscaling, service: name }: ScaleInputs,
  { running, groups }: Subject,
): Finding[] {
  const wanted = [...autoscaling.targets, ...autoscaling.steps].some(({ metric }) => metric === "requests");
  if (!wanted) return [];
  const group = groups.find(({ resourceLabel }) => resourceLabel);
  if (!group)
    return [
      {
        text: `${name} is behind no Application Load Balancer, which alone counts requests per target`,
        fix: "use target-cpu or target-memory",
      },
    ];
  if (!alternates(running)) return [];
  return [
    {
      text: `Requests are counted in ${group.name}, which the next blue/green deployment takes out of production`,
      fix: "run this step again after each deployment, or use target-cpu; AWS does not support request counts with blue/green",
      kind: "advice",
    },
  ];
}

function alternates({ controller, service }: RunningService): boolean {
  const hasAlternate = service.loadBalancers?.some(
    ({ advancedConfiguration }) => advancedConfiguration?.alternateTargetGroupArn,
  );
  return controller === "CODE_DEPLOY" || hasAlternate === true;
}

function deploymentFindings(
  { duringDeployment, service }: ScaleInputs,
  other: string | undefined,
): Finding[] {
  if (!other) return [];
  if (duringDeployment === "refuse")
    return [
      {
        text: `${other} of ${service} is in progress (during-deployment: refuse)`,
        fix: "wait for it, or stop it",
      },
    ];
  return [{ text: `${other} of ${service} is in progress; this step waits for it.`, kind: "note" }];
}

/** Reports missing listeners before anything changes, as no count fixes them. */
function listenerFindings({ groups }: Subject): Finding[] {
  return groups
    .filter(({ listeners }) => listeners.length === 0)
    .map(({ name, arn }) => ({
      text: `target group ${name} of the service's production tasks is behind no listener: visitors cannot reach them`,
      fix: `make a listener rule forward to it (aws elbv2 modify-listener or modify-rule, Type=forward,TargetGroupArn=${arn})`,
      kind: "advice" as const,
    }));
}
