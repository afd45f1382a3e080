import type { Target } from "@aws-sdk/client-eventbridge";
import { type BusEvent, isObject } from "./event.ts";

/** Returns a target's input for an event, as JSON text: the event, a part of it, or the rule's transformation of it. */
export function inputFor(target: Target, event: BusEvent): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath) ?? null);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer ?? {};
  if (InputTemplate === undefined) return JSON.stringify(event);
  const values = new Map(Object.entries(InputPathsMap).map(([name, path]) => [name, valueAt(event, path)]));
  return InputTemplate.replace(/"<([\w.-]+)>"|<([\w.-]+)>/g, (whole, quoted?: string, plain?: string) => {
    const name = quoted ?? plain ?? "";
    const known = values.has(name) ? values.get(name) : predefined(name, event);
    if (known === undefined && !values.has(name)) return whole;
    const value = known ?? "";
    // Between quotation marks a value becomes a quoted text; elsewhere a text gets no quotation marks.
    if (quoted !== undefined)
      return JSON.stringify(typeof value === "string" ? value : JSON.stringify(value));
    return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
  });
}

/** Source: EventBridge user guide, "Predefined variables". */
function predefined(name: string, event: BusEvent): unknown {
  if (name === "aws.events.event.json") return event;
  return name === "aws.events.event.ingestion-time" ? event.time : undefined;
}

/** Reads a JSON path in EventBridge's syntax: `$.detail.images[0]`. */
function valueAt(event: BusEvent, path: string): unknown {
  const steps = path.match(/[^.[\]$]+/g) ?? [];
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isObject(value) ? value[step] : undefined;
  }, event);
}
