import type { Report } from "@ecs-delivery/actions/check-lab/src/report";
import type { Step } from "../guide.ts";
import { createChecks } from "./checks.ts";
import { type Guides, stepsOf } from "./guides.ts";
import { type Help, helpOf, mostHelp, type SolutionFile } from "./help.ts";
import { readKept, writeKept } from "./kept.ts";
import {
  addReport,
  isByHand,
  nextStep,
  type Seen,
  type SeenItems,
  type Statuses,
  statusesOf,
} from "./steps.ts";

export interface CourseState {
  /** ISO 8601; undefined before the first check. */
  readonly checkedAt: string | undefined;
  /** The check in progress, with how many items it has seen. */
  readonly checking: { readonly since: number; readonly done: number; readonly of: number } | undefined;
  /** Why the newest check shows nothing, or is not kept; the rest is the last known state. */
  readonly problem: { readonly of: "account" | "check" | "file"; readonly cause: string } | undefined;
  readonly steps: Statuses;
  /** The step to do next; undefined when all are done. */
  readonly next: string | undefined;
  readonly items: Readonly<
    Record<string, { title: string; status: string; evidence?: string; waitsFor?: readonly string[] }>
  >;
  /** Ids of the steps that no check can see now: their reader ticks them. */
  readonly byHand: readonly string[];
  /** How much help was taken, by step. */
  readonly taken: Readonly<Record<string, number>>;
  readonly help: Readonly<Record<string, Help>>;
}

export interface CourseOptions {
  readonly guides: Guides;
  /** Runs check-lab; reports how many items it has seen. */
  readonly check: (signal: AbortSignal, onItem: (done: number, of: number) => void) => Promise<Report>;
  /** File that keeps what was done, the ticks and the help that was taken. */
  readonly state: string;
  /** The phase to begin with; no step waits for one of an earlier phase. */
  readonly from?: number;
  /** Whether the account is not the one of the state file, so that nothing in it can be broken yet. */
  readonly isNewAccount?: boolean;
  /** Files of the finished split, which the solution of a code step shows. */
  readonly files?: readonly SolutionFile[];
  readonly now?: () => number;
}

export type Course = ReturnType<typeof openCourse>;

/** Opens the course on an account: checks it now and after each change, and keeps the student's progress. */
export function openCourse(options: CourseOptions) {
  const { now = Date.now } = options;
  const { kept, state, show, stepOf, update, listeners } = openProgress(options);
  const checks = createChecks({
    now,
    async run(signal) {
      const since = now();
      const showCount = (done: number, of: number) => show({ checking: { since, done, of } });
      showCount(0, 0);
      const outcome = await options.check(signal, showCount).then(
        (report) => ({ report }),
        (error: Error) => ({ problem: { of: "check", cause: error.message } as const }),
      );
      if (!signal.aborted) update({ checking: undefined, ...outcome });
    },
  });
  checks.ask();
  return {
    state,
    subscribe(listener: (state: CourseState) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Says that something may have changed: checks soon. */
    changed: checks.ask,
    /** Says that somebody watches: checks what may have changed without a sign. */
    watched: checks.askIfOld,
    /** Checks at once; resolves when it has. */
    check: checks.now,
    /** Takes one more hint for a step, or after three of them its solution. */
    takeHelp(id: string) {
      if (kept.steps[stepOf(id).id] === "done") return;
      kept.taken[id] = Math.min(mostHelp, (kept.taken[id] ?? 0) + 1);
      update();
    },
    tick(id: string, isDone: boolean) {
      if (!state().byHand.includes(stepOf(id).id))
        throw new Error(`Step ${id} is checked in the account; it cannot be ticked.`);
      kept.ticked = [...kept.ticked.filter((each) => each !== id), ...(isDone ? [id] : [])];
      update();
    },
    close: checks.close,
  };
}

type Checked = Pick<CourseState, "checkedAt" | "checking" | "problem">;

/** Keeps the findings of the checks and the student's own work, and returns the state that follows from them. */
function openProgress({ guides, state: file, from = 1, files = [], isNewAccount = false }: CourseOptions) {
  const steps = stepsOf(guides.pages.en);
  const kept = readKept(file);
  if (isNewAccount) kept.steps = {};
  let seen: SeenItems = new Map();
  let checked: Checked = { checkedAt: undefined, checking: undefined, problem: undefined };
  const listeners = new Set<(state: CourseState) => void>();
  const standing = () => ({ steps, seen, previous: kept.steps, ticked: new Set(kept.ticked), from });
  const helpFor = (step: Step): Help => helpOf(step, kept.taken[step.id] ?? 0, { guides, seen, files });
  const state = (): CourseState => ({
    ...{ ...checked, steps: kept.steps, next: nextStep(standing(), kept.steps), taken: kept.taken },
    items: Object.fromEntries([...seen].map(([id, item]) => [id, shown(item)])),
    byHand: checked.problem ? [] : steps.filter((step) => isByHand(step, standing())).map(({ id }) => id),
    help: Object.fromEntries(
      steps
        .filter(({ id }) => kept.steps[id] !== "done" && kept.taken[id])
        .map((step) => [step.id, helpFor(step)]),
    ),
  });
  const show = (changes: Partial<Checked> = {}) => {
    checked = { ...checked, ...changes };
    for (const listener of listeners) listener(state());
  };
  const update = ({ report, ...changes }: Partial<Checked> & { report?: Report } = {}) => {
    if (report) seen = addReport(seen, report);
    const found = report && outcomeOf(report, checked);
    kept.steps = statusesOf(standing());
    try {
      writeKept(file, kept);
      show({ ...changes, ...found });
    } catch (error) {
      show({ ...changes, ...found, problem: { of: "file", cause: (error as Error).message } });
    }
  };
  kept.steps = statusesOf(standing());
  const stepOf = (id: string): Step => {
    const found = steps.find((step) => step.id === id);
    if (!found) throw new Error(`The course has no step "${id}".`);
    return found;
  };
  return { kept, state, show, update, stepOf, listeners };
}

/** An account that nothing could be read of keeps the time of the last check. */
function outcomeOf(report: Report, { checkedAt }: Checked): Pick<Checked, "checkedAt" | "problem"> {
  if (report.account !== null) return { checkedAt: report.checkedAt, problem: undefined };
  return { checkedAt, problem: { of: "account", cause: reasonOf(report) } };
}

/** Hides the evidence of a fault, which is the first hint. */
function shown({ title, status, evidence, waitsFor, unreadable }: Seen) {
  const text = unreadable ?? (status === "pass" ? evidence : undefined);
  return { title, status: unreadable && status !== "pass" ? "unchecked" : status, evidence: text, waitsFor };
}

/** The reason that most items give for why they could not be checked. */
function reasonOf({ phases }: Report): string {
  const unread = phases.flatMap(({ items }) => items).filter(({ status }) => status === "unchecked");
  const groups = [...Map.groupBy(unread, ({ evidence }) => evidence)];
  return (
    groups.sort(([, one], [, other]) => other.length - one.length)[0]?.[0] ??
    "AWS did not say whose account this is"
  );
}
