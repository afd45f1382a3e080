import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { describeRevision } from "../../shared/ecs/revision.ts";
import { findService, type RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { type Finding, lookUp } from "../../shared/findings.ts";
import {
  type AutoscalingState,
  dimensionOf,
  findTarget,
  readAutoscaling,
  readPolicies,
} from "./autoscaling/state.ts";
import type { World } from "./clients.ts";
import type { ScaleInputs } from "./inputs.ts";
import { findProductionGroups, type ProductionGroup } from "./targets/production-groups.ts";

/** The service as it was found, and what tells whether its tasks do their work. */
export interface Subject {
  readonly running: RunningService;
  /** Of the revision in production; empty when AWS did not let us look. */
  readonly containers: readonly ContainerDefinition[];
  readonly groups: readonly ProductionGroup[];
  /** Null: it has none; undefined: AWS did not let us look. */
  readonly autoscaling: AutoscalingState | null | undefined;
  readonly findings: readonly Finding[];
}

export async function findSubject(world: World, inputs: ScaleInputs): Promise<Subject> {
  const running = await findService(world, inputs);
  refuseUnscalable(running, inputs.service);
  const [autoscaling, groups, revision] = await Promise.all([
    lookUpAutoscaling(world, inputs, running),
    lookUp("the target groups, so whether tasks serve", () => findProductionGroups(world, running), {
      TargetGroupNotFoundException: {
        text: `a target group of ${inputs.service} does not exist any more: its tasks cannot serve`,
        fix: "create the service anew with a target group that is there",
      },
    }),
    lookUp("the containers' health checks", () => describeRevision(world, running.revision), {}),
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
      { nextStep: "scale its task sets with what made them (UpdateTaskSet); nothing was changed." },
    );
  if (service.schedulingStrategy === "DAEMON")
    throw new Failure(`Service ${name} is a DAEMON: it runs one task on each instance, and has no count`, {
      nextStep: "change the number of the cluster's instances; nothing was changed.",
    });
}

/** Green says that tasks serve: whoever may not look at the target groups must not ask for that. */
function needed({ waitUntil }: ScaleInputs, finding: Finding): Finding {
  if (finding.kind !== "unchecked" || waitUntil !== "serving") return finding;
  return { text: finding.text, fix: "allow the named action, or give wait-until: healthy" };
}

/** A count can be set without it; what is to change it cannot. */
async function lookUpAutoscaling(world: World, { autoscaling }: ScaleInputs, { service }: RunningService) {
  const dimension = dimensionOf(service);
  const { action, before, minimum, maximum, targets, steps } = autoscaling;
  const isSet = [minimum, maximum, targets[0], steps[0]].some((each) => each !== undefined);
  // A scalable target that is known to be there has to be suspended or resumed.
  if (isSet || action === "remove" || before)
    return { value: await readAutoscaling(world, dimension), findings: [] };
  const what = `autoscaling, ${unseen[action ?? "none"]}`;
  if (!action) return lookUp(what, () => readAutoscaling(world, dimension), {});
  const { value: target, findings } = await lookUp(what, () => findTarget(world, dimension), {});
  return { value: target && (await readPolicies(world, dimension, target)), findings };
}

/** What it means that AWS did not let us look at a service's autoscaling. */
const unseen = {
  none: "which may take the count back",
  suspend: "so nothing is suspended and the count may move if something scales this service",
  resume: "so nothing is resumed",
};
