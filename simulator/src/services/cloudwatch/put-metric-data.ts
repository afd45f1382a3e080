import type { MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import { type CloudWatchState, invalid, invalidCombination, missing, unsupported } from "./state.ts";

/** Limits of one call and of one datum. Source: PutMetricData, CloudWatch API reference. */
const maxData = 1000;
const maxDimensions = 30;
const maxValues = 150;
const hour = 3_600_000;
const oldestAccepted = 14 * 24 * hour;
const newestAccepted = 2 * hour;

export function putMetricDataOperations(state: CloudWatchState): Service<"cloudwatch">["operations"] {
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
  const { Value, Values, Counts, StatisticValues: summary } = datum;
  const given = [Value, Values, summary].filter((each) => each !== undefined);
  if (given.length === 0) throw missing(`${place}.Value, ${place}.Values or ${place}.StatisticValues`);
  if (given.length > 1)
    throw invalidCombination(
      `The parameters ${place}.Value, ${place}.Values and ${place}.StatisticValues are mutually exclusive and you have specified more than one.`,
    );
  if (summary) {
    const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = summary;
    return { sampleCount: SampleCount, sum: Sum, minimum: Minimum, maximum: Maximum, counts: undefined };
  }
  const values = Values ?? [Value as number];
  if (values.length === 0 || values.length > maxValues)
    throw invalid(`${place}.Values must have 1 to ${maxValues} items, not ${values.length}.`);
  if (Counts && Counts.length !== values.length)
    throw invalid(`${place}.Counts must have as many items as ${place}.Values.`);
  if (values.some((value) => !Number.isFinite(value)))
    throw invalid(`The value for parameter ${place}.Value must be a finite number.`);
  return distributionOf(values, Counts ?? []);
}
