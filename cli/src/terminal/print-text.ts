import { type Command, type Option, textOf, type Values } from "@ecs-delivery/program/command-line";
import type { Terminal } from "./style.ts";

/** Prints the text that the options alone ask for, such as the help; returns whether there was one. */
export function printText<Options extends Record<string, Option>>(
  command: Command<Options>,
  values: Values<Options>,
  { columns, print }: Pick<Terminal, "columns" | "print">,
): boolean {
  const text = textOf(command, values, columns);
  if (text !== undefined) print(text);
  return text !== undefined;
}
