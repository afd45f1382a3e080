import type {
  MetricDataQuery,
  MetricDataResult,
  MetricDatum,
  StandardUnit,
} from "@aws-sdk/client-cloudwatch";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { type Distribution, distributionOf, type MetricName, statistic } from "./metric-store.ts";
import { type CloudWatchState, invalid, invalidCombination, missing, unsupported } from "./state.ts";

export function readMetricsOperations(state: CloudWatchState): Operations<"cloudwatch"> {
  return {
    getMetricData: (input) => {
      refuseUnsupported(unsupported, "GetMetricData", input, ["MetricDataQueries StartTime EndTime ScanBy"]);
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
  }).map(({ timestamp, distribution }) => ({ timestamp, value: compute(distribution) }));
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

interface PeriodQuery {
  readonly metric: MetricName;
  readonly unit?: StandardUnit | undefined;
  readonly periodMinutes: number;
  readonly start: Date;
  readonly end: Date;
}

interface PeriodData {
  /** When the period began, on the wall clock. */
  readonly timestamp: Date;
  readonly distribution: Distribution;
}

/** The periods that began from `start` until `end`, oldest first; those without data are left out, as by AWS. */
function readPeriods({ store, minutes }: CloudWatchState, query: PeriodQuery): PeriodData[] {
  const { metric, unit, periodMinutes: length } = query;
  const first = Math.floor(minutes.at(query.start.getTime()) / length) * length;
  const end = minutes.at(query.end.getTime() - 1) + 1;
  const starts = new Set(
    store.minutes(metric, { first, end }, unit).map((minute) => Math.floor(minute / length) * length),
  );
  return [...starts].map((minute) => ({
    timestamp: minutes.start(minute),
    distribution: store.read(metric, { first: minute, end: minute + length }, unit) as Distribution,
  }));
}

/** Returns the minutes of a Period, which is given in seconds. */
export function periodMinutes(period: number | undefined, place: string): number {
  if (period === undefined || period < 60 || period % 60 !== 0)
    throw invalid(
      `The simulator keeps metrics by the minute: ${place} must be a multiple of 60, not ${period}.`,
    );
  return period / 60;
}

/** Limits of one call and of one datum. Source: PutMetricData, CloudWatch API reference. */
const maxData = 1000;
const maxDimensions = 30;
const maxValues = 150;
const hour = 3_600_000;
const oldestAccepted = 14 * 24 * hour;
const newestAccepted = 2 * hour;

export function putMetricDataOperations(state: CloudWatchState): Operations<"cloudwatch"> {
  return {
    putMetricData: (input) => {
      refuseUnsupported(unsupported, "PutMetricData", input, ["Namespace", "MetricData"]);
      const { Namespace: namespace = "", MetricData: data = [] } = input;
      if (!/^[^:].{0,254}$/.test(namespace))
        throw invalid(
          "The value for parameter Namespace must be 1 to 255 characters and not begin with ':'.",
        );
      if (data.length === 0 || data.length > maxData)
        throw invalid(`The collection MetricData must have 1 to ${maxData} items, not ${data.length}.`);
      const now = state.now().getTime();
      const read = data.map((datum, index) => readDatum(datum, `MetricData.member.${index + 1}`, now));
      for (const { name, dimensions, unit, at, distribution } of read)
        state.store.add({ namespace, name, dimensions }, unit, state.minutes.at(at), distribution);
      return {};
    },
  };
}

function readDatum(datum: MetricDatum, place: string, now: number) {
  const { MetricName: name = "", Dimensions: dimensions = [], Timestamp, StorageResolution } = datum;
  if (name === "") throw missing(`${place}.MetricName`);
  if (dimensions.length > maxDimensions)
    throw invalid(`The collection ${place}.Dimensions must not have more than ${maxDimensions} items.`);
  for (const { Name, Value } of dimensions)
    if (!Name || !Value) throw invalid(`Each of ${place}.Dimensions needs a Name and a Value.`);
  if (StorageResolution !== undefined && StorageResolution !== 60)
    throw invalid(
      `The simulator keeps metrics by the minute: ${place}.StorageResolution must be 60, not ${StorageResolution}.`,
    );
  const at = Timestamp?.getTime() ?? now;
  if (at < now - oldestAccepted || at > now + newestAccepted)
    throw invalid(
      `The parameter ${place}.Timestamp must specify a time no more than two hours in the future and no more than two weeks in the past.`,
    );
  const unit: StandardUnit = datum.Unit ?? "None";
  return { name, dimensions, unit, at, distribution: readValues(datum, place) };
}

function readValues(datum: MetricDatum, place: string): Distribution {
  const { Value, Values, Counts, StatisticValues } = datum;
  refuseUnsupported(unsupported, "a datum of PutMetricData", { StatisticValues }, []);
  if (Value === undefined && Values === undefined) throw missing(`${place}.Value or ${place}.Values`);
  if (Value !== undefined && Values !== undefined)
    throw invalidCombination(
      `The parameters ${place}.Value and ${place}.Values are mutually exclusive and you have specified both.`,
    );
  const values = Values ?? [Value as number];
  if (values.length === 0 || values.length > maxValues)
    throw invalid(`${place}.Values must have 1 to ${maxValues} items, not ${values.length}.`);
  if (Counts && Counts.length !== values.length)
    throw invalid(`${place}.Counts must have as many items as ${place}.Values.`);
  if (values.some((value) => !Number.isFinite(value)))
    throw invalid(`The value for parameter ${place}.Value must be a finite number.`);
  return distributionOf(values, Counts ?? []);
}
