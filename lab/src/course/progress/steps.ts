import type { ItemReport, Report } from "@ecs-delivery/actions/check-lab/src/report";
import weights from "@ecs-delivery/actions/check-lab/weights.json" with { type: "json" };
import type { Step } from "../guide.ts";

export type StepStatus = "done" | "open" | "locked" | "broken";
export type Statuses = Readonly<Record<string, StepStatus>>;

/** The last outcome of an item that a check could see. */
export type Seen = Pick<ItemReport, "title" | "status" | "evidence" | "fix" | "waitsFor"> & {
  /** Why the newest check could not see it. */
  readonly unreadable?: string;
};
export type SeenItems = ReadonlyMap<string, Seen>;

/** Adds a report to what is known. An item that could not be checked keeps its last outcome. */
export function addReport(known: SeenItems, { phases }: Report): SeenItems {
  const items = phases.flatMap((phase) => phase.items);
  const entries = items.map(({ id, ...item }): [string, Seen] => {
    if (item.status !== "unchecked") return [id, item];
    return [id, { ...(known.get(id) ?? item), unreadable: item.evidence }];
  });
  return new Map([...known, ...entries]);
}

/** Items that a step needs to be done. Those without weight are advice. */
export const requiredOf = ({ items }: Step) =>
  items.filter((id) => (weights as Readonly<Record<string, number>>)[id]);

interface Standing {
  readonly steps: readonly Step[];
  readonly seen: SeenItems;
  readonly previous: Statuses;
  readonly ticked: ReadonlySet<string>;
  /** The first phase that leads: no step waits for one of an earlier phase. */
  readonly from: number;
}

/**
 * Whether no check can see now what a step still misses: it needs nothing in the account, AWS does not let it be read, or
 * it shows only in what a later step makes. Its reader says that it is done, until a check sees it.
 */
export function isByHand(step: Step, { steps, seen }: Pick<Standing, "steps" | "seen">): boolean {
  const items = requiredOf(step).map((id) => seen.get(id));
  const isHidden = (item: Seen) =>
    item.unreadable !== undefined || waitsOnlyFor(stepsAfter(step, steps), item);
  const missing = items.filter((item) => item?.status !== "pass");
  return (
    missing.every((item) => (item ? isHidden(item) : seen.size > 0)) &&
    (missing.length > 0 || items.length === 0)
  );
}

const leads = ({ id }: Step, from: number) => Number(id.split(".")[0]) >= from;

const stepsAfter = (step: Step, steps: readonly Step[]) => steps.slice(steps.indexOf(step) + 1);

function waitsOnlyFor(steps: readonly Step[], { status, waitsFor = [] }: Seen): boolean {
  return status === "waiting" && waitsFor.every((id) => steps.some(({ items }) => items.includes(id)));
}

const wasDone = (status: StepStatus | undefined): status is "done" | "broken" =>
  status === "done" || status === "broken";

/**
 * Whether nothing was seen that contradicts a step that was done: what is no longer met could not be checked, or waits
 * for a later step that nobody has done yet.
 */
function isUncontradicted(step: Step, { steps, seen, previous }: Standing): boolean {
  const toDo = stepsAfter(step, steps).filter(({ id }) => !wasDone(previous[id]));
  const items = requiredOf(step).map((id) => seen.get(id));
  return items.every(
    (item) => !item || ["pass", "unchecked"].includes(item.status) || waitsOnlyFor(toDo, item),
  );
}

/**
 * Returns the state of each step. A step is open when each one before it has been done once, in any order. One that was
 * done and no longer is, is broken; it stays done while no check can see it.
 */
export function statusesOf(standing: Standing): Record<string, StepStatus> {
  const { steps, seen, previous, ticked, from } = standing;
  let isReached = true;
  const statuses: Record<string, StepStatus> = {};
  for (const step of steps) {
    const found = requiredOf(step).map((id) => seen.get(id)?.status ?? "unchecked");
    const last = found.length === 0 ? undefined : previous[step.id];
    let status: StepStatus = isReached ? "open" : "locked";
    if (wasDone(last)) status = isUncontradicted(step, standing) ? last : "broken";
    const isTicked = ticked.has(step.id) && isByHand(step, standing);
    if (isTicked || (found.length > 0 && found.every((status) => status === "pass"))) status = "done";
    if (leads(step, from) && (status === "open" || status === "locked")) isReached = false;
    statuses[step.id] = status;
  }
  return statuses;
}

/** The step to do next: what is broken by a fault of its own, else the first open one; undefined at the end. */
export function nextStep(
  { steps, seen, from }: Pick<Standing, "steps" | "seen" | "from">,
  statuses: Statuses,
) {
  const broken = steps.filter(({ id }) => statuses[id] === "broken");
  const isCause = (step: Step) => requiredOf(step).some((id) => seen.get(id)?.status === "fail");
  const open = steps.find((step) => statuses[step.id] === "open" && leads(step, from));
  return (broken.find(isCause) ?? open ?? broken[0])?.id;
}
