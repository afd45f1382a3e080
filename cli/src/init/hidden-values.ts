import { replaceHidden, type Step } from "@ecs-delivery/actions/core/task-definition-diff";
import type { DeployedService } from "./read-service.ts";

/** A value that may be secret, which the written task definition does not contain. */
export interface HiddenValue {
  /** Name of the placeholder in its place. */
  readonly name: string;
  /** Copies the value to Secrets Manager and prints the ARN. The value is not shown, nor is it in a command line. */
  readonly command: string;
  /** How the task definition refers to the secret. */
  readonly reference: string;
}

/** Puts `<NAME>` in place of each value that a diff hides, since the file is committed. */
export function hideValues<Deployed extends Pick<DeployedService, "service" | "revision" | "taskDefinition">>(
  deployed: Deployed,
): { deployed: Deployed; hidden: HiddenValue[] } {
  const hidden: HiddenValue[] = [];
  const taskDefinition = replaceHidden(deployed.taskDefinition, (steps) => {
    const base = placeholderName(steps);
    let name = base;
    for (let count = 2; hidden.some((each) => each.name === name); count++) name = `${base}_${count}`;
    const secret = `${deployed.service}/${name}`;
    const command = `printf %s "$(aws ecs describe-task-definition --include TAGS --task-definition ${quoted(deployed.revision)} --query ${quoted(queryOf(steps))} --output text)" | aws secretsmanager create-secret --name ${quoted(secret)} --secret-string file:///dev/stdin --query ARN --output text`;
    hidden.push({ name, command, reference: referenceTo(steps, name) });
    return `<${name}>`;
  });
  return { deployed: { ...deployed, taskDefinition: taskDefinition as object }, hidden };
}

/** Such as `DB_PASSWORD`, or `COMMAND_2` for the second word. */
function placeholderName(steps: readonly Step[]): string {
  const labels = steps.map((step) => (typeof step === "string" ? step : (step.name ?? `${step.index + 1}`)));
  const [last = "", before = ""] = labels.toReversed();
  const name = last === "value" ? before : typeof steps.at(-1) === "string" ? last : `${before}_${last}`;
  const upper = name.toUpperCase().replace(/[^A-Z0-9_-]+/g, "_");
  return /^[A-Z]/.test(upper) ? upper : `VALUE_${upper}`;
}

/** JMESPath, in ASCII. ECS may return a list in another order, so its items are found by name. */
function queryOf(steps: readonly Step[]): string {
  const parts = steps.map((step) => {
    if (typeof step === "string") return `.${/^[a-z]\w*$/i.test(step) ? step : json(step)}`;
    return step.name === undefined ? `[${step.index}]` : `[?name==\`${json(step.name)}\`] | [0]`;
  });
  return `${steps[0] === "tags" ? "" : "taskDefinition"}${parts.join("")}`.replace(/^\./, "");
}

function json(text: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text).replace(/[^ -~]|`/g, escaped);
}

const quoted = (text: string) => (/^[\w:/.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

function referenceTo(steps: readonly Step[], name: string): string {
  const [member = "", before = "", list = ""] = steps.toReversed();
  const entry = (of: string) => `{ "name": ${json(of)}, "valueFrom": "ARN" }`;
  if (list === "environment" && typeof before !== "string")
    return `in the container's "secrets", instead of its variable: ${entry(before.name ?? "")}`;
  if (before === "options" && list === "logConfiguration")
    return `in "secretOptions" of its logConfiguration, instead of the option: ${entry(`${member}`)}`;
  return `ECS reads no secret there; give its value to render-task-definition: placeholders: '{"${name}": …}'`;
}
