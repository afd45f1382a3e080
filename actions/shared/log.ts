import { error, info, notice, warning } from "@actions/core";

/** Where an action reports what it does. */
export interface Log {
  info(message: string): void;
  notice(message: string): void;
  warning(message: string): void;
}

/** The runner's log. Actions write only through it, as messages quote registries, containers and AWS. */
export const runnerLog: Log & { error: typeof error } = {
  info: (message) => info(withoutCommands(message)),
  notice: (message) => notice(withoutCommands(message)),
  warning: (message) => warning(withoutCommands(message)),
  error: (message, properties) => error(withoutCommands(String(message)), properties),
};

/**
 * Disables commands in a message. The runner takes a line that begins with `::`, blanks aside, for a command, and a
 * line that has `##[` anywhere. A carriage return ends a line, too. Source: actions/runner, ActionCommand.cs.
 */
export function withoutCommands(message: string): string {
  return message
    .split(/\r\n|\r|\n/)
    .map((line) => (/^[\s\p{C}]*::/u.test(line) ? `| ${line}` : line).replaceAll("##[", "## ["))
    .join("\n");
}
