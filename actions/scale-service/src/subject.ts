import { Failure } from "../../core/failure.ts";
import { type Finding, lookUp } from "../../core/findings.ts";
import { describeRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import { type AutoscalingPlan, planAutoscaling, readAutoscaling } from "./autoscaling.ts";
import { dimensionOf } from "./autoscaling-state.ts";
import type { ScaleContext } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import { findProductionGroups } from "./production-groups.ts";

/** The service as it was found, and what shows whether its tasks serve. */
export type Subject = Awaited<ReturnType<typeof findSubject>>;

export async function findSubject(context: ScaleContext, inputs: ScaleInputs) {
  const running = await findService(context, inputs);
  refuseUnscalable(running, inputs.service);
  const [autoscaling, groups, revision] = await Promise.all([
    findAutoscaling(context, inputs, running),
    lookUp(
      "the target groups, so it is not known whether tasks serve",
      () => findProductionGroups(context, running),
      {
        TargetGroupNotFoundException: {
          text: `a target group of ${inputs.service} no longer exists: its tasks cannot serve`,
          fix: "create the service again with an existing target group",
        },
      },
    ),
    lookUp("the containers' health checks", () => describeRevision(context, running.revision), {}),
  ]);
  return {
    running,
    /** Null: it has none; undefined: AWS did not allow reading it. */
    autoscaling: autoscaling.value,
    groups: groups.value ?? [],
    /** Containers of the revision in production; empty when AWS did not allow reading it. */
    containers: revision.value?.taskDefinition?.containerDefinitions ?? [],
    findings: [
      ...autoscaling.findings,
      ...groups.findings.map((finding) => needed(inputs, finding)),
      ...revision.findings,
    ],
  };
}

function refuseUnscalable({ controller, service }: RunningService, name: string): void {
  if (controller !== "ECS" && controller !== "CODE_DEPLOY")
    throw new Failure(
      `Service ${name} has the deployment controller ${controller}; this action scales services with ECS or CODE_DEPLOY`,
      {
        nextStep: "scale its task sets with the tool that created them (UpdateTaskSet); nothing was changed.",
      },
    );
  if (service.schedulingStrategy === "DAEMON")
    throw new Failure(`Service ${name} is a DAEMON: it runs one task on each instance, and has no count`, {
      nextStep: "change the number of the cluster's instances; nothing was changed.",
    });
}

/** Green means that tasks serve: a role that may not read the target groups cannot wait for that. */
function needed({ waitUntil }: ScaleInputs, finding: Finding): Finding {
  if (finding.kind !== "unchecked" || waitUntil !== "serving") return finding;
  return { text: finding.text, fix: "allow the action, or set wait-until: healthy" };
}

/** A count can be set without reading autoscaling. What an earlier step suspended cannot be resumed then. */
async function findAutoscaling(
  context: ScaleContext,
  { autoscaling, autoscalingBefore }: ScaleInputs,
  { service }: RunningService,
) {
  const read = () => readAutoscaling(context, dimensionOf(service));
  if (autoscalingBefore) return { value: await read(), findings: [] };
  return lookUp(`autoscaling, ${unseen[autoscaling ?? "none"]}`, read, {});
}

/** Consequences when AWS does not allow reading a service's autoscaling. */
const unseen = {
  none: "which may undo the count",
  suspend: "so nothing is suspended, and the count may change if something scales this service",
  resume: "so nothing is resumed",
};

/** Finds all changes, and everything that would make them fail; nothing is changed here. */
export function planChanges(
  inputs: ScaleInputs,
  subject: Subject,
  otherDeployment: string | undefined,
): { autoscaling: AutoscalingPlan; changes: string[]; findings: Finding[] } {
  const autoscaling = planAutoscaling(inputs, subject.autoscaling);
  const now = subject.running.service.desiredCount ?? 0;
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
      ...(otherDeployment ? [inProgress(otherDeployment, inputs.service)] : []),
      ...listenerFindings(subject),
    ],
  };
}

function inProgress(deployment: string, service: string): Finding {
  return { text: `${deployment} of ${service} is in progress; this step waits for it.`, kind: "note" };
}

/** Reports missing listeners before anything changes, as no count fixes them. */
function listenerFindings({ groups }: Subject): Finding[] {
  return groups
    .filter(({ isReachable }) => !isReachable)
    .map(({ name, arn }) => ({
      text: `target group ${name} of the service's production tasks is behind no listener: visitors cannot reach them`,
      fix: `make a listener rule forward to it (aws elbv2 modify-listener or modify-rule, Type=forward,TargetGroupArn=${arn})`,
      kind: "advice" as const,
    }));
}
