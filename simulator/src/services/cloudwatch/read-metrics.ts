import type { Datapoint, MetricDataQuery, MetricDataResult, Statistic } from "@aws-sdk/client-cloudwatch";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import type { Distribution } from "./distribution.ts";
import { invalid, invalidCombination, missing, unsupported } from "./errors.ts";
import { periodMinutes, readPeriods } from "./read-periods.ts";
import type { CloudWatchState } from "./state.ts";
import { statistic } from "./statistics.ts";

export function readMetricsOperations(state: CloudWatchState): Service<"cloudwatch">["operations"] {
  return {
    getMetricStatistics: (input) => {
      const { Namespace: namespace = "", MetricName: name = "", Dimensions: dimensions = [] } = input;
      const { Statistics = [], ExtendedStatistics = [], StartTime, EndTime } = input;
      if (Statistics.length + ExtendedStatistics.length === 0)
        throw missing("Statistics or ExtendedStatistics");
      refuseEmptyRange(StartTime, EndTime);
      const found = readPeriods(state, {
        metric: { namespace, name, dimensions },
        unit: input.Unit,
        periodMinutes: periodMinutes(input.Period, "Period"),
        start: StartTime as Date,
        end: EndTime as Date,
      });
      const Unit = input.Unit ?? state.store.units({ namespace, name, dimensions })[0];
      const Datapoints = found.map(({ timestamp, distribution }) => ({
        Timestamp: timestamp,
        Unit,
        ...computeAll(distribution, Statistics, ExtendedStatistics),
      }));
      return { Label: name, Datapoints };
    },
    getMetricData: (input) => {
      refuseUnsupported(unsupported, "GetMetricData", input, [
        "MetricDataQueries",
        "StartTime",
        "EndTime",
        "ScanBy",
      ]);
      const { StartTime, EndTime, MetricDataQueries: queries = [], ScanBy } = input;
      if (queries.length === 0) throw missing("MetricDataQueries");
      refuseEmptyRange(StartTime, EndTime);
      const range = { start: StartTime as Date, end: EndTime as Date };
      const results = queries
        .filter(({ ReturnData }) => ReturnData !== false)
        .map((query) => answer(state, query, { ...range, oldestFirst: ScanBy === "TimestampAscending" }));
      return { MetricDataResults: results, Messages: [] };
    },
    listMetrics: (input) => {
      refuseUnsupported(unsupported, "ListMetrics", input, ["Namespace", "MetricName", "Dimensions"]);
      const { Namespace, MetricName, Dimensions: filters = [] } = input;
      const Metrics = [...state.store.metrics.values()]
        .filter(({ namespace }) => Namespace === undefined || namespace === Namespace)
        .filter(({ name }) => MetricName === undefined || name === MetricName)
        .filter(({ dimensions }) =>
          filters.every((filter) =>
            dimensions.some(
              ({ Name, Value }) =>
                Name === filter.Name && (filter.Value === undefined || Value === filter.Value),
            ),
          ),
        )
        .map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: dimensions.map((dimension) => ({ ...dimension })),
        }));
      return { Metrics };
    },
  };
}

function refuseEmptyRange(start: Date | undefined, end: Date | undefined): void {
  if (!start) throw missing("StartTime");
  if (!end) throw missing("EndTime");
  if (start >= end)
    throw invalidCombination("The parameter StartTime must be less than the parameter EndTime.");
}

function computeAll(
  distribution: Distribution,
  statistics: readonly Statistic[],
  extended: readonly string[],
): Datapoint {
  const values = Object.fromEntries(statistics.map((name) => [name, statistic(name)(distribution)]));
  if (extended.length === 0) return values;
  const percentiles = extended.flatMap((name) => {
    const value = statistic(name)(distribution);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...values, ExtendedStatistics: Object.fromEntries(percentiles) };
}

function answer(
  state: CloudWatchState,
  { Id, Label, MetricStat: wanted, Expression }: MetricDataQuery,
  { start, end, oldestFirst }: { start: Date; end: Date; oldestFirst: boolean },
): MetricDataResult {
  if (Expression !== undefined || !wanted)
    throw invalid(`The simulator computes no metric math: query ${Id} must hold MetricStat, not Expression.`);
  const {
    Namespace: namespace = "",
    MetricName: name = "",
    Dimensions: dimensions = [],
  } = wanted.Metric ?? {};
  const compute = statistic(wanted.Stat ?? "");
  const found = readPeriods(state, {
    metric: { namespace, name, dimensions },
    unit: wanted.Unit,
    periodMinutes: periodMinutes(wanted.Period, `the Period of query ${Id}`),
    start,
    end,
  }).flatMap(({ timestamp, distribution }) => {
    const value = compute(distribution);
    return value === undefined ? [] : [{ timestamp, value }];
  });
  // CloudWatch returns the newest first by default.
  if (!oldestFirst) found.reverse();
  return {
    Id,
    Label: Label ?? name,
    Timestamps: found.map(({ timestamp }) => timestamp),
    Values: found.map(({ value }) => value),
    StatusCode: "Complete",
  };
}
