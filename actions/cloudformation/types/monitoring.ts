import type { TypeRows } from "./row.ts";

const observability = { area: "Observability" } as const;

/** Amazon CloudWatch and its logs. */
export const monitoring: TypeRows = {
  "AWS::CloudWatch::Alarm": {
    card: { service: "Amazon CloudWatch", plural: "alarms", ...observability },
    bill: "alarm",
    name: { property: "AlarmName", find: "alarm", importable: true },
  },
  "AWS::CloudWatch::Dashboard": {
    card: { service: "Amazon CloudWatch", plural: "dashboards", ...observability },
    bill: "dashboard",
    name: { property: "DashboardName", find: "dashboard", importable: true },
  },
  "AWS::Logs::LogGroup": {
    card: { service: "Amazon CloudWatch Logs", plural: "log groups", ...observability },
    bill: "logGroup",
    name: { property: "LogGroupName", find: "logGroup", importable: true },
    held: "its log events",
  },
  "AWS::Logs::LogStream": { free: "part of its log group" },
  "AWS::Logs::MetricFilter": { bill: "metricFilter" },
  "AWS::Logs::ResourcePolicy": { free: "policies are free" },
};
