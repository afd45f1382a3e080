import type { AlarmHistoryItem, HistoryItemType } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchState } from "./state.ts";

/** Items kept; AWS keeps two weeks, which is more than a rehearsal fills. */
const keptItems = 10_000;

export function recordHistory(
  { history, now }: CloudWatchState,
  item: { alarm: string; type: HistoryItemType; summary: string; data: object },
): void {
  history.push({
    AlarmName: item.alarm,
    AlarmType: "MetricAlarm",
    Timestamp: now(),
    HistoryItemType: item.type,
    HistorySummary: item.summary,
    HistoryData: JSON.stringify({ version: "1.0", ...item.data }),
  } satisfies AlarmHistoryItem);
  if (history.length > keptItems) history.shift();
}
