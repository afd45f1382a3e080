import { documentedUse, leastPolicy, permissionsOf } from "@ecs-delivery/actions/core/permissions";
import { parse } from "yaml";

interface ActionInput {
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: string;
  readonly deprecationMessage?: string;
}

interface ActionFile {
  readonly inputs?: Record<string, ActionInput>;
  readonly outputs?: Record<string, { readonly description?: string }>;
}

/** Returns the README with the parts between its markers regenerated from action.yml and permissions.json. */
export function withTables(readme: string, actionYaml: string, action = ""): string {
  const { inputs = {}, outputs = {} } = parse(actionYaml) as ActionFile;
  const withInputs = between(readme, "inputs", inputTable(inputs));
  const withOutputs = between(withInputs, "outputs", outputTable(outputs));
  if (permissionsOf(action).length === 0) return withOutputs;
  const defaults = Object.entries(inputs).map(([name, { default: text = "" }]) => [name, text]);
  return between(withOutputs, "permissions", permissionsText(action, Object.fromEntries(defaults)));
}

/** Returns the policy of a common use, then the reason of each permission that needs one. */
function permissionsText(action: string, defaults: Readonly<Record<string, string>>): string {
  const { policy } = leastPolicy([documentedUse(action, defaults)]);
  const short = JSON.stringify(policy, null, 2)
    .replace(/\[\s+("[^"]*")(,\s+"[^"]*")?\s+\]/g, (_, one, two = "") => `[${one}${two.replace(/\s+/, " ")}]`)
    .replace(/\{\s+("\S+": "[^"]*")\s+\}/g, "{ $1 }");
  const reasons = permissionsOf(action).flatMap(({ actions, why }) =>
    why
      ? [
          `- ${actions
            .split(" ")
            .map((each) => `\`${each}\``)
            .join(", ")}: ${why}.`,
        ]
      : [],
  );
  const parts = [policy.Statement.length > 0 ? `\`\`\`json\n${short}\n\`\`\`` : "", reasons.join("\n")];
  return parts.filter(Boolean).join("\n\n");
}

function inputTable(inputs: Record<string, ActionInput>): string {
  const entries = Object.entries(inputs);
  const rows = entries
    .filter(([, { deprecationMessage }]) => !deprecationMessage)
    .map(([name, { description, required, default: fallback }]) => [
      `\`${name}\``,
      description ?? "",
      required ? "**required**" : fallback ? `\`${fallback}\`` : "",
    ]);
  const others = entries.flatMap(([name, { deprecationMessage }]) =>
    deprecationMessage ? [[`\`${name}\``, deprecationMessage]] : [],
  );
  const main = rows.length > 0 ? table(["name", "description", "default"], rows) : "None.";
  return others.length > 0 ? `${main}\n\n${table(["other name", "use"], others)}` : main;
}

function outputTable(outputs: NonNullable<ActionFile["outputs"]>): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description ?? ""]);
  return rows.length > 0 ? table(["name", "description"], rows) : "None.";
}

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.trim().replace(/\s+/g, " ").replace(/\|/g, "\\|")).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Returns the text with the content between the markers of a name replaced. */
export function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`the markers "${begin}" and "${end}" are missing, or not in this order`);
  return `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`;
}
