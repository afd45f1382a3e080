import type { EcsContext } from "../../shared/ecs/context.ts";
import { logStreamOf } from "../../shared/ecs/log-stream.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { hasFaults, refuseFindings, refuseWith } from "../../shared/findings.ts";
import { persist } from "../../shared/outage-tolerance.ts";
import { chooseContainer, unknownOverrides } from "./container.ts";
import { findDefinition } from "./definition.ts";
import { followToEnd } from "./follow-to-end.ts";
import type { RunInputs } from "./inputs.ts";
import { findPlacement } from "./placement.ts";
import { type RunRecord, taskId } from "./record.ts";
import { startTask } from "./start.ts";
import { createTaskLog } from "./task-log.ts";

/** Verifies, registers, starts, follows, and checks the outcome. */
export async function run(context: EcsContext, inputs: RunInputs, record: RunRecord): Promise<void> {
  const deadlineAt = context.clock.now() + inputs.deadlineMs;
  const firstContact = true;
  const definition = await persist(context, () => findDefinition(context, inputs), {
    firstContact,
  });
  // When there is a fault to report already, an outage is not waited for.
  const place = () => findPlacement(context, inputs);
  const placement = await (hasFaults(definition.findings)
    ? place()
    : persist(context, place, { firstContact })
  ).catch((error: Error) => refuseWith(definition.findings, context.log, error));
  const { container, findings } = chooseContainer(definition.containers, inputs.container);
  const unknown = unknownOverrides(definition.containers, inputs.containerOverrides ?? []);
  refuseFindings([...definition.findings, ...findings, ...unknown], context.log);

  record.container = container?.name ?? "";
  record.logGroup = logStreamOf(container, "")?.logGroupName ?? "";
  record.revision = await persist(context, () => definition.settle());
  record.taskArn = await startTask(context, inputs, { ...record, placement });
  context.log.info(`Started task ${taskId(record)} of ${shortRevision(record.revision)}.`);
  const log = createTaskLog(context, container, taskId(record));
  record.logLines = log.tail;
  const startedAt = context.clock.now();
  await followToEnd({
    context,
    inputs,
    record,
    log,
    startedAt,
    deadlineAt,
    containers: definition.containers,
  });
}
