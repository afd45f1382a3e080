import { statSync } from "node:fs";
import type { InputReader } from "../inputs.ts";
import { type ReadingRules, unknownKeyRules } from "../task-definition.ts";

/** A file to register, or a reference for DescribeTaskDefinition: family, family:revision or ARN. */
export type TaskDefinitionSource = { readonly file: string } | { readonly reference: string };

/** An ARN, or a family's 255 characters with or without revision (ECS API reference, RegisterTaskDefinition). */
const reference = /^(arn:.+:task-definition\/)?[A-Za-z0-9_-]{1,255}(:\d+)?$/;

/** Reads the input task-definition: the name of an existing file means the file. */
export function readTaskDefinitionSource(read: InputReader): TaskDefinitionSource {
  const given = read.required("task-definition");
  if (statSync(given, { throwIfNoEntry: false })?.isFile()) return { file: given };
  if (given && !reference.test(given))
    read.problem(
      `Input task-definition: file ${given} does not exist (in ${process.cwd()}), and it is not a family, family:revision or ARN`,
    );
  return { reference: given };
}

/** Reads the rules for a task definition's file. */
export function readRules(read: InputReader): ReadingRules {
  return {
    unknownKeys: read.choice("unknown-keys", unknownKeyRules, "pass"),
    keptEmpty: read.names("keep-null-value-keys"),
  };
}
