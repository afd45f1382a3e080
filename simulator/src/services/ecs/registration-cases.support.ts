import { readFileSync } from "node:fs";
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { parse } from "yaml";

interface Row {
  readonly on?: "ec2";
  readonly web?: object;
  readonly others?: readonly object[];
  readonly task?: object;
  /** Number of containers, of tags, or of the definition's bytes. */
  readonly containers?: number;
  readonly tagCount?: number;
  readonly bytes?: number;
}

interface RegistrationCase {
  readonly definition: RegisterTaskDefinitionCommandInput;
  /** Without these, ECS accepts the definition. */
  readonly member?: string;
  readonly message?: string;
}

/** Reads the table of registration-cases.md: name and case. */
export function readRegistrationCases(): (readonly [string, RegistrationCase])[] {
  const [, , ...rows] =
    readFileSync(new URL("registration-cases.md", import.meta.url), "utf8").match(/^\| .*(?= \|$)/gm) ?? [];
  return rows.map((row) => {
    const [name = "", definition = "", member, message = ""] = row.slice(2).split(" | ").map(withoutTicks);
    return [name, { definition: definitionOf(parse(definition)), ...(member && { member, message }) }];
  });
}

function withoutTicks(cell: string): string {
  return cell.replace(/^`(.*)`$/, "$1");
}

function definitionOf(row: Row): RegisterTaskDefinitionCommandInput {
  const isEc2 = row.on === "ec2";
  const web = { name: "web", image: "web:1", ...(isEc2 && { memory: 128 }), ...row.web };
  const more = Array.from({ length: (row.containers ?? 1) - 1 }, (_, index) => ({ name: `side${index}` }));
  const others = [...(row.others ?? []), ...more].map((each) => ({ image: "side:1", ...each }));
  const tags = Array.from({ length: row.tagCount ?? 0 }, (_, index) => ({ key: `key${index}`, value: "v" }));
  const environment = (value: string) => [{ name: "A", value }];
  const task = (container: object) =>
    withoutNull({
      family: "web",
      ...(isEc2 ? {} : { networkMode: "awsvpc" }),
      requiresCompatibilities: [isEc2 ? "EC2" : "FARGATE"],
      executionRoleArn: "arn:aws:iam::123456789012:role/Execution",
      cpu: "512",
      memory: "1024",
      containerDefinitions: [withoutNull(container), ...others] as ContainerDefinition[],
      ...(tags.length > 0 && { tags }),
      ...row.task,
    }) as RegisterTaskDefinitionCommandInput;
  if (!row.bytes) return task(web);
  const length = JSON.stringify(task({ ...web, environment: environment("") })).length;
  return task({ ...web, environment: environment("x".repeat(row.bytes - length)) });
}

function withoutNull(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
