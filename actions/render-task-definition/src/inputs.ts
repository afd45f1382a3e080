import { readInputs } from "../../shared/inputs.ts";
import { isObject } from "../../shared/task-definition.ts";

export interface RenderInputs {
  readonly taskDefinitionFile: string;
  /** Container name → image. */
  readonly images: ReadonlyMap<string, string>;
  readonly appSpecFile: string | undefined;
  /** Placeholder name, without the angle brackets → value. */
  readonly placeholders: ReadonlyMap<string, string>;
}

export function readRenderInputs(getInput?: (name: string) => string): RenderInputs {
  return readInputs((read) => {
    const placeholders = read.json("placeholders", "a JSON object of texts or numbers by name", isValues, {});
    return {
      taskDefinitionFile: read.file("task-definition"),
      images: read.pairs("images"),
      appSpecFile: read.optionalFile("appspec"),
      placeholders: new Map(Object.entries(placeholders).map(([name, value]) => [name, String(value)])),
    };
  }, getInput);
}

type Values = Record<string, string | number | boolean>;

function isValues(value: unknown): value is Values {
  return (
    isObject(value) &&
    Object.values(value).every((item) => ["string", "number", "boolean"].includes(typeof item))
  );
}
