import { formatDuration } from "../../shared/duration.ts";
import { escapeText, markdownTable } from "../../shared/summary.ts";
import type { StackResult } from "./result.ts";
import { durationOf } from "./stack/events.ts";

/** Enough to see what took the time. */
const slowestResources = 10;

export function provisionSummary(mode: string, results: readonly StackResult[]): string {
  const stacks = results.map(({ stackName, outcome, durationMs }) => [
    stackName,
    outcome,
    durationMs > 0 ? formatDuration(durationMs) : "",
  ]);
  const kept = results.flatMap(({ outcome, kept }) => (outcome === "deleted" ? kept : []));
  const resources = results.flatMap(timedResources).sort((one, other) => other.ms - one.ms);
  const slowest = resources.slice(0, slowestResources).map(({ row, ms }) => [...row, formatDuration(ms)]);
  return [
    `### Stacks: ${mode}`,
    markdownTable(["Stack", "Outcome", "Time"], stacks),
    kept.length > 0 && `#### Kept resources\n\n${kept.map((text) => `- ${escapeText(text)}`).join("\n")}`,
    slowest.length > 0 && "#### Slowest resources",
    slowest.length > 0 && markdownTable(["Stack", "Resource", "Type", "Status", "Time"], slowest),
  ]
    .filter(Boolean)
    .join("\n\n");
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
