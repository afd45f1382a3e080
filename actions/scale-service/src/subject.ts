import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { describeRevision } from "../../shared/ecs/revision.ts";
import { findService, type RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { type Finding, lookUp } from "../../shared/findings.ts";
import { findTarget, readAutoscaling, readPolicies } from "./autoscaling/read.ts";
import { type AutoscalingState, dimensionOf } from "./autoscaling/state.ts";
import type { ScaleContext } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import { findProductionGroups, type ProductionGroup } from "./targets/production-groups.ts";

/** The service as it was found, and what shows whether its tasks serve. */
export interface Subject {
  readonly running: RunningService;
  /** Containers of the revision in production; empty when AWS did not allow reading it. */
  readonly containers: readonly ContainerDefinition[];
  readonly groups: readonly ProductionGroup[];
  /** Null: it has none; undefined: AWS did not allow reading it. */
  readonly autoscaling: AutoscalingState | null | undefined;
  readonly findings: readonly Finding[];
}

export async function findSubject(context: ScaleContext, inputs: ScaleInputs): Promise<Subject> {
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
    autoscaling: autoscaling.value,
    groups: groups.value ?? [],
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

/** A count can be set without reading autoscaling; autoscaling itself cannot be changed. */
async function findAutoscaling(
  context: ScaleContext,
  { autoscaling }: ScaleInputs,
  { service }: RunningService,
) {
  const dimension = dimensionOf(service);
  const { action, before, minimum, maximum, targets, steps } = autoscaling;
  const isSet = [minimum, maximum, targets[0], steps[0]].some((each) => each !== undefined);
  // An existing scalable target has to be suspended or resumed.
  if (isSet || action === "remove" || before)
    return { value: await readAutoscaling(context, dimension), findings: [] };
  const what = `autoscaling, ${unseen[action ?? "none"]}`;
  if (!action) return lookUp(what, () => readAutoscaling(context, dimension), {});
  const { value: target, findings } = await lookUp(what, () => findTarget(context, dimension), {});
  return { value: target && (await readPolicies(context, dimension, target)), findings };
}

/** Consequences when AWS does not allow reading a service's autoscaling. */
const unseen = {
  none: "which may undo the count",
  suspend: "so nothing is suspended, and the count may change if something scales this service",
  resume: "so nothing is resumed",
};
