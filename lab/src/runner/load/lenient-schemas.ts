import { MappingToken, StringToken } from "@actions/workflow-parser/templates/tokens/index";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import {
  getActionSchema,
  getWorkflowSchema,
  isMapping,
  isScalar,
  isSequence,
} from "../expressions/functions.ts";
import { find } from "./tokens.ts";

/** The part of a definition in the schemas of GitHub's parser that is changed here. */
interface Definition {
  properties: Record<string, unknown>;
  looseKeyType: string;
  looseValueType: string;
  oneOf: string[];
}
const definitionsOf = (schema: unknown) =>
  (schema as { definitions: Record<string, Definition> }).definitions;

/**
 * GitHub's parser for editors is stricter than GitHub itself, which ignores unknown keys of events, and accepts an
 * action without a name. Source: actions/runner, src/Sdk/WorkflowParser/workflow-v1.0.json (`on-mapping-new`), and
 * `action-root` in the schema of actions.
 */
export function relaxSchemas(): void {
  const ofWorkflow = definitionsOf(getWorkflowSchema());
  const define = (name: string) => ofWorkflow[name] as Definition;
  const { properties: events } = define("on-mapping-strict");
  const relaxed = Object.keys(events).filter((name) => !/^(schedule|workflow_(call|dispatch))$/.test(name));
  for (const name of relaxed) events[name] = events.push;
  for (const filter of ["branches", "tags", "paths"])
    for (const name of [filter, `${filter}-ignore`]) define(`event-${name}`).oneOf.push("null");
  for (const name of ["push", "workflow-dispatch", "cron"]) {
    const mapping = define(`${name}-mapping`);
    Object.assign(mapping, { looseKeyType: "non-empty-string", looseValueType: "any" });
  }
  define("workflow-dispatch-inputs").looseValueType = "any";

  const ofAction = definitionsOf(getActionSchema());
  const [strict, lenient] = ["action-root-strict", "action-root"].map((name) => ofAction[name] as Definition);
  if (!strict || !lenient) return;
  lenient.properties.runs = strict.properties.runs;
  ofAction["action-root-strict"] = lenient;
}

const nullToken = "NullToken";
const inputKeys = ["description", "type", "required", "default", "options"];

/** Removes from `on` what GitHub ignores, and the rest of the parser refuses. */
export function cleanEvents(root: MappingToken): void {
  const on = find(root, "on");
  for (const { key, value } of on && isMapping(on) ? on : []) {
    for (const item of isSequence(value) ? value : [])
      if (isMapping(item)) keepPairs(item, (name) => ["cron", "timezone"].includes(name));
    if (isMapping(value)) keepPairs(value, (_, each) => each.typeName() !== nullToken);
    const inputs = key.toString() === "workflow_dispatch" ? find(value, "inputs") : undefined;
    for (const input of inputs && isMapping(inputs) ? inputs : []) {
      if (input.value.typeName() === nullToken)
        Object.assign(input, { value: new MappingToken(input.value.file, input.value.range, undefined) });
      if (isMapping(input.value)) cleanInput(input.value);
    }
  }
}

function cleanInput(input: MappingToken): void {
  keepPairs(input, (name, value) => inputKeys.includes(name) && value.typeName() !== nullToken);
  const type = find(input, "type")?.toString() ?? "string";
  for (const pair of input) {
    const { value } = pair;
    const isText = pair.key.toString() === "default" && !["boolean", "number"].includes(type);
    if (isText && isScalar(value))
      Object.assign(pair, { value: new StringToken(value.file, value.range, value.toString(), undefined) });
  }
}

function keepPairs(mapping: MappingToken, isKept: (name: string, value: TemplateToken) => boolean): void {
  for (let index = mapping.count - 1; index >= 0; index--) {
    const { key, value } = mapping.get(index);
    if (!isKept(key.toString(), value)) mapping.remove(index);
  }
}
