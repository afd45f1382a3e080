import { type Finding, fault, tryLookUp } from "../../core/findings.ts";
import { readAlarms } from "../diagnosis/alarms.ts";
import type { Checking } from "./checking.ts";

/**
 * Finds alarms of `rollback-on-alarm` that cannot roll a deployment back: AWS accepts names that do not exist, and ECS
 * does not watch an alarm that is in ALARM when the deployment begins; CodeDeploy stops the deployment at once.
 */
export async function checkAlarms(
  checking: Pick<Checking, "clients" | "signal">,
  names: readonly string[],
): Promise<Finding[]> {
  if (names.length === 0) return [];
  const client = await checking.clients.cloudwatch();
  const { value: alarms, findings } = await tryLookUp(
    checking,
    `alarm ${names.join(", ")} (input rollback-on-alarm)`,
    (options) => readAlarms(client, names, options),
  );
  if (!alarms) return findings;
  return [...new Set(names)].flatMap((name) => {
    const alarm = alarms.find((each) => each.name === name);
    if (!alarm)
      return fault(
        `alarm ${name} (input rollback-on-alarm) does not exist in this account and region`,
        "correct the name, or create the alarm",
      );
    if (alarm.state !== "ALARM") return [];
    return fault(
      `alarm ${name} (input rollback-on-alarm) is in ALARM already: ${alarm.figures}`,
      "correct its cause first, or deploy without this alarm",
    );
  });
}
