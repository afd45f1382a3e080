import type { Card, Link } from "../../core/card.ts";
import { runCommit, stackPage } from "../../core/console.ts";
import { formatDuration } from "../../core/duration.ts";
import type { Failure } from "../../core/failure.ts";
import { type Cell, escapeText, factList, fold, link, markdownTable } from "../../core/summary.ts";
import type { StackResult } from "./result.ts";
import { durationOf } from "./stack/events.ts";

/** Enough to see what took the time. */
const slowestResources = 10;

/** Returns the job summary: a card. */
export function provisionSummary(mode: string, results: readonly StackResult[], failure?: Failure): Card {
  const kept = results.flatMap(({ outcome, kept }) => (outcome === "deleted" ? kept : []));
  const adopted = results.flatMap(({ adopted }) => adopted);
  return {
    ok: !failure,
    verdict: `Stacks, ${mode}: ${countOutcomes(results) || "none"}`,
    cause: failure?.message,
    fix: failure?.nextStep,
    body: [titledList("Kept resources", kept), titledList("Adopted resources", adopted)]
      .filter(Boolean)
      .join("\n\n"),
    links: [...failedStacks(results), ...addresses(results), ...runCommit()],
    folds: [
      fold(`${results.length} stack${results.length === 1 ? "" : "s"}`, stackTable(results)),
      fold("Slowest resources", resourceTable(results)),
      fold("Outputs", factList(results.flatMap(({ outputs }) => Object.entries(outputs)))),
    ],
  };
}

function titledList(title: string, texts: readonly string[]): string {
  if (texts.length === 0) return "";
  return `**${title}**\n\n${texts.map((text) => `- ${escapeText(text)}`).join("\n")}`;
}

/** Returns a text such as `1 failed, 2 created, 8 unchanged`. */
function countOutcomes(results: readonly StackResult[]): string {
  const byOutcome = Map.groupBy(results, ({ outcome }) => outcome);
  const order = [
    "failed",
    "created",
    "updated",
    "deleted",
    "unchanged",
    "skipped",
    "absent",
    "waiting",
  ] as const;
  return order
    .flatMap((outcome) => {
      const count = byOutcome.get(outcome)?.length ?? 0;
      return count > 0 ? `${count} ${outcome === "waiting" ? "not started" : outcome}` : [];
    })
    .join(", ");
}

function failedStacks(results: readonly StackResult[]): Link[] {
  return results.flatMap((result) =>
    result.outcome === "failed" ? stackPage(stackIdOf(result), result.stackName) : [],
  );
}

/** Outputs that are pages of the web: the site's load balancer, or another address, except a Git repository's. */
function addresses(results: readonly StackResult[]): Link[] {
  return results.flatMap(({ outputs }) =>
    Object.entries(outputs).flatMap(([text, value]) => {
      if (/^[\w.-]+\.elb\.amazonaws\.com(?:\.cn)?$/.test(value))
        return { text: "site", address: `http://${value}/` };
      return /^https?:\/\/(?!.*\/v1\/repos\/)/.test(value) ? { text, address: value } : [];
    }),
  );
}

function stackIdOf({ events }: StackResult): string {
  return events.find(({ StackId }) => StackId)?.StackId ?? "";
}

function stackTable(results: readonly StackResult[]): string {
  const rows = results.map((result): Cell[] => {
    const [page] = stackPage(stackIdOf(result));
    const { stackName, outcome, durationMs } = result;
    return [
      page ? link(stackName, page.address) : stackName,
      outcome === "waiting" ? "not started" : outcome,
      durationMs > 0 ? formatDuration(durationMs) : "",
    ];
  });
  return markdownTable(["Stack", "Outcome", "Time"], rows);
}

function resourceTable(results: readonly StackResult[]): string {
  const resources = results.flatMap(timedResources).sort((one, other) => other.ms - one.ms);
  const rows = resources.slice(0, slowestResources).map(({ row, ms }) => [...row, formatDuration(ms)]);
  return rows.length > 0 ? markdownTable(["Stack", "Resource", "Type", "Status", "Time"], rows) : "";
}

function timedResources({ stackName, events }: StackResult): { row: string[]; ms: number }[] {
  return events.flatMap((event) => {
    const { ResourceType = "", ResourceStatus = "", LogicalResourceId = "" } = event;
    const done = ResourceStatus.endsWith("_COMPLETE") || ResourceStatus.endsWith("_FAILED");
    const ms = done && ResourceType !== "AWS::CloudFormation::Stack" ? durationOf(event, events) : undefined;
    return ms === undefined
      ? []
      : [{ row: [stackName, LogicalResourceId, ResourceType, ResourceStatus], ms }];
  });
}
