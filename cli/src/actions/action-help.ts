import { wrap } from "../../../scripts/run/wrap.mjs";
import type { Terminal } from "../terminal/style.ts";
import type { ActionFile, ActionInput } from "./action-file.ts";

/** Column of the descriptions; longer options have their description on the next line. */
const indent = 30;

/** Returns the help text of an action, from its action.yml. */
export function actionHelp(action: ActionFile, { columns, style }: Terminal): string {
  const current = action.inputs.filter(({ deprecation }) => deprecation === undefined);
  const required = current.filter((input) => input.required);
  const optional = current.filter((input) => !input.required);
  const older = action.inputs.filter(({ deprecation }) => deprecation !== undefined);
  const inText = (text: string) =>
    text.replace(/`([^`]+)`/g, (whole, code) => coloured(whole, style.cyan(code)));
  const textOf = ({ description, fallback }: ActionInput) =>
    `${inText(description)}${fallback ? ` (default: ${fallback.replaceAll("\n", ", ")})` : ""}`;
  const row = (left: string, right: string) => describe(left, right, columns);
  const section = (title: string, rows: readonly string[]) =>
    rows.length === 0 ? [] : [[style.bold(title), ...rows].join("\n")];
  return [
    `${style.bold("Usage:")} ecs-delivery ${action.name}${required.map(({ name }) => ` --${name} VALUE`).join("")} [options]`,
    wrap(`${action.description}.`, columns),
    ...section(
      "Required:",
      required.map((input) => row(flagOf(input), textOf(input))),
    ),
    ...section(
      "Options:",
      optional.map((input) => row(flagOf(input), textOf(input))),
    ),
    ...section("Command line:", [
      row("  --json", "Print one JSON object with outcome, outputs, annotations and summary"),
      row("  --help", "Print this text"),
    ]),
    ...section(
      "Other names, which still work:",
      older.map((input) => row(`  --${input.name}`, `${input.deprecation}`)),
    ),
    ...section(
      "Outputs:",
      action.outputs.map(({ name, description }) => row(`  ${name}`, inText(description))),
    ),
    wrap(
      "An option with several lines is given several times, or as one text with line breaks. Credentials and region come from the environment or the profile, as for the AWS CLI.",
      columns,
    ),
  ].join("\n\n");
}

function flagOf({ name, isSwitch }: ActionInput): string {
  return `  --${name}${isSwitch ? "" : " VALUE"}`;
}

/** Without colours, the backquotes stay: they separate values from words. */
function coloured(quoted: string, code: string): string {
  return code.startsWith("\x1b") ? code : quoted;
}

function describe(left: string, right: string, columns: number): string {
  if (left.length <= indent - 2) return wrap(`${left.padEnd(indent)}${right}`, columns, indent);
  return `${left}\n${wrap(`${" ".repeat(indent)}${right}`, columns, indent)}`;
}
