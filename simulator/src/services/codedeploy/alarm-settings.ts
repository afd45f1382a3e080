import type { AlarmConfiguration } from "@aws-sdk/client-codedeploy";
import { AwsError } from "../../kit/errors.ts";

/** Most alarms of a deployment group. Source: AlarmConfiguration, CodeDeploy API reference. */
const maxAlarms = 10;

/** Checks names, as CodeDeploy does, but not whether CloudWatch has such alarms. */
export function parseAlarms(input: AlarmConfiguration | undefined): AlarmConfiguration {
  const { enabled = false, ignorePollAlarmFailure = false, alarms = [] } = input ?? {};
  const invalid = (message: string) => new AwsError("InvalidAlarmConfigException", message);
  if (alarms.length > maxAlarms)
    throw new AwsError(
      "AlarmsLimitExceededException",
      `The alarm configuration has ${alarms.length} alarms; the maximum is ${maxAlarms}.`,
    );
  if (enabled && alarms.length === 0)
    throw invalid("The alarm configuration is enabled, but the alarm list is empty.");
  const names = alarms.map(({ name = "" }) => name);
  if (names.some((name) => name === "" || name.length > 255))
    throw invalid("Each alarm of the alarm configuration needs a name of 1 to 255 characters.");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`The alarm configuration names the alarm ${twice} twice.`);
  return { enabled, ignorePollAlarmFailure, alarms };
}
