import type { Annotation } from "../result.ts";

/** Meaning of a line of a step's output. */
export type OutputLine =
  | { kind: "text"; text: string }
  | { kind: "annotation"; annotation: Annotation }
  | { kind: "mask"; value: string }
  | { kind: "deprecated"; command: "set-output" | "save-state"; name: string; value: string }
  /** Commands that GitHub removed: the step must use the files instead. */
  | { kind: "removed"; command: string };

const removedCommands = ["set-env", "add-path"];

/**
 * Reads a step's output line by line: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function createCommandReader(): (line: string) => OutputLine | undefined {
  let resumeToken: string | undefined;
  return (line) => {
    const match = /^\s*::([a-z-]+)(?: ([^:]*(?::[^:]+)*?))?::(.*)$/.exec(line);
    if (resumeToken !== undefined) {
      if (line.trim() === `::${resumeToken}::`) {
        resumeToken = undefined;
        return undefined;
      }
      return { kind: "text", text: line };
    }
    if (!match) return { kind: "text", text: line };
    const [, command = "", properties = "", value = ""] = match;
    if (command === "stop-commands") {
      resumeToken = value;
      return undefined;
    }
    return readCommand(command, readProperties(properties), decodeData(value), line);
  };
}

function readCommand(
  command: string,
  properties: Record<string, string>,
  value: string,
  line: string,
): OutputLine | undefined {
  if (command === "error" || command === "warning" || command === "notice") {
    const { title, file, line: at } = properties;
    return { kind: "annotation", annotation: { level: command, message: value, title, file, line: at } };
  }
  if (command === "add-mask") return { kind: "mask", value };
  if (command === "group") return { kind: "text", text: `▸ ${value}` };
  // Debug lines are shown only when debug logging is on, and this runner has no such switch.
  if (command === "endgroup" || command === "debug" || command === "echo") return undefined;
  if (command === "set-output" || command === "save-state")
    return { kind: "deprecated", command, name: properties.name ?? "", value };
  if (removedCommands.includes(command)) return { kind: "removed", command };
  return { kind: "text", text: line };
}

function readProperties(text: string): Record<string, string> {
  const pairs = text.split(",").flatMap((part) => {
    const [name, ...value] = part.trim().split("=");
    return name ? [[name, decodeProperty(value.join("="))]] : [];
  });
  return Object.fromEntries(pairs);
}

function decodeData(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

function decodeProperty(text: string): string {
  return decodeData(text.replaceAll("%3A", ":").replaceAll("%2C", ","));
}

/** Hides secrets in all output of a run. */
export interface Masker {
  add(value: string): void;
  /** Returns whether the text holds a secret. */
  holds(text: string): boolean;
  hide(text: string): string;
}

export function createMasker(secrets: Iterable<string> = []): Masker {
  let values: string[] = [];
  const masker: Masker = {
    add(value) {
      // Masks each line of a multi-line secret separately, because logs are written line by line.
      const lines = value.split(/\r?\n/).map((line) => line.trim());
      const all = new Set([...values, value, ...lines]);
      // The longest first, so that no part of a longer secret is left.
      values = [...all].filter((each) => each.length > 0).sort((a, b) => b.length - a.length);
    },
    holds: (text) => values.some((value) => text.includes(value)),
    hide: (text) => values.reduce((hidden, value) => hidden.replaceAll(value, "***"), text),
  };
  for (const secret of secrets) masker.add(secret);
  return masker;
}
