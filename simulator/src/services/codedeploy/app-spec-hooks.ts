import { AwsError } from "../../kit/errors.ts";

/** Events at which a deployment to ECS calls functions ("AppSpec 'hooks' section for an Amazon ECS deployment"). */
export const hookNames = [
  "BeforeInstall",
  "AfterInstall",
  "AfterAllowTestTraffic",
  "BeforeAllowTraffic",
  "AfterAllowTraffic",
] as const;

export type HookName = (typeof hookNames)[number];

/** Name or ARN of the Lambda function that is called at each event. */
export type Hooks = Readonly<Partial<Record<HookName, string>>>;

/** `Hooks` of an AppSpec: a list of mappings from event to function. Throws InvalidRevisionException. */
export function parseHooks(value: unknown): Hooks {
  const hooks: Partial<Record<HookName, string>> = {};
  for (const [index, item] of listOf(value).entries())
    for (const [event, target] of entriesOf(item, `Hooks[${index}]`)) {
      const name = hookNames.find((each) => each.toLowerCase() === event.toLowerCase());
      if (!name) throw invalid(`Hooks has the unknown event ${event}; known: ${hookNames.join(", ")}.`);
      if (name in hooks) throw invalid(`Hooks names ${name} twice.`);
      if (typeof target !== "string" || target === "")
        throw invalid(`Hooks.${name} must be the name or the ARN of a Lambda function.`);
      hooks[name] = target;
    }
  return hooks;
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw invalid("Hooks must be a list.");
}

function entriesOf(value: unknown, place: string): [string, unknown][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw invalid(`${place} must be a mapping.`);
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidRevisionException", `The AppSpec is not valid: ${message}`);
}
