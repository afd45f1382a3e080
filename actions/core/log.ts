import { type AnnotationProperties, error, info, notice, warning } from "@actions/core";
import { plainText } from "./plain-text.ts";

/** Where an action reports what it does. */
export interface Log {
  info(message: string): void;
  notice(message: string): void;
  warning(message: string): void;
}

/** The runner's log. Actions write only through it, as messages quote registries, containers and AWS. */
export const runnerLog: Log & { error(message: string, properties?: AnnotationProperties): void } = {
  info: (message) => info(withoutCommands(message)),
  notice: (message) => notice(annotation(message), titled()),
  warning: (message) => warning(annotation(message), titled()),
  error: (message, properties) => error(annotation(String(message)), { ...titled(), ...properties }),
};

/** An annotation shows no colours. The log shows those of programs. */
function annotation(message: string): string {
  return withoutCommands(plainText(message));
}

function titled(): AnnotationProperties {
  const title = withoutCommands(annotationTitle());
  return title ? { title } : {};
}

/** Inputs that name what an action works on. */
const subjects = ["SERVICE", "PIPELINE", "REPOSITORY", "IMAGE", "STACKS"];

/** Returns the action and what it works on, such as `deploy-service: web`, from the runner's variables. */
export function annotationTitle(variables = process.env, [, program = ""] = process.argv): string {
  // Such as …/actions/deploy-service/dist/index.js.
  const [file = "", folder = "", action = ""] = program.split(/[/\\]/).reverse();
  if (!/\.[jt]s$/.test(file) || !["dist", "src"].includes(folder)) return "";
  const subject = subjects.map((name) => variables[`INPUT_${name}`]?.trim()).find(Boolean);
  return subject ? `${action}: ${subject}` : action;
}

/**
 * Disables commands in a message. The runner takes a line that begins with `::`, blanks aside, for a command, and a
 * line that has `##[` anywhere. A carriage return ends a line, too. Source: actions/runner, ActionCommand.cs.
 */
function withoutCommands(message: string): string {
  return message
    .split(/\r\n|\r|\n/)
    .map((line) => (/^[\s\p{C}]*::/u.test(line) ? `| ${line}` : line).replaceAll("##[", "## ["))
    .join("\n");
}
