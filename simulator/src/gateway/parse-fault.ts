import { type Fault, type FaultKind, faultKinds } from "./faults.ts";

const counts = ["times", "after", "milliseconds"] as const;

/**
 * Parses a fault of the command line: `ecs:DescribeServices=throttle,times=3,after=5`. Throws an error with the
 * problem.
 */
export function parseFault(text: string): Fault {
  const invalid = (problem: string) =>
    new Error(`--fault "${text}": ${problem}, as in ecs:DescribeServices=throttle,times=3`);
  const [, operation, kind, rest] = /^([^=]+)=([^,]+)(?:,(.*))?$/.exec(text) ?? [];
  if (operation === undefined || kind === undefined) throw invalid("give OPERATION=KIND");
  if (!faultKinds.includes(kind as FaultKind)) throw invalid(`KIND is one of ${faultKinds.join(", ")}`);
  const settings: Record<string, string | number> = {};
  for (const setting of rest?.split(",") ?? []) {
    const [name = "", value = ""] = setting.split("=");
    if (name === "accessKeyId" && value !== "") settings[name] = value;
    else if (counts.some((each) => each === name) && /^\d+$/.test(value)) settings[name] = Number(value);
    else throw invalid(`"${setting}" is none of ${counts.join("=N, ")}=N, accessKeyId=KEY`);
  }
  return { operation, kind: kind as FaultKind, ...settings };
}
