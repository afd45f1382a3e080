/** A command of a script, such as `aws ecs update-service`, with the words and options that the script decides. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** Values by name, without dashes: `--services a b` has two. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** File that its output is written to. */
  readonly output: string | undefined;
}

/** Finds the calls of some programs in a script of a POSIX shell. Values that only a run knows are left out. */
export function commandsIn(
  script: string,
  programs: readonly string[],
  env: Readonly<Record<string, string>>,
): ShellCommand[] {
  const variables = new Map(Object.entries(env).map(([name, value]) => [name, [value]]));
  const commands: ShellCommand[] = [];
  const lines = script
    .replace(/\\\r?\n/g, " ")
    .split("\n")
    .filter((line) => !line.trim().startsWith("#"));
  for (const line of lines) {
    for (const part of line.split(/&&|\|\||[;|`]|\$\(|\bdo\b|\bthen\b|\belse\b/)) {
      const words = (part.match(/(?:"[^"]*"|'[^']*'|[^\s"')]|(?<=[\w}])\))+/g) ?? []).flatMap((word) =>
        expand(word, variables),
      );
      setVariable(words, variables);
      const at = words.findIndex((word) => programs.includes(word));
      if (at >= 0) commands.push(read(words.slice(at)));
    }
  }
  return commands;
}

/** A variable with several values, of a loop, gives as many words. */
function expand(word: string, variables: ReadonlyMap<string, readonly string[]>): string[] {
  const texts = word.startsWith("'") ? [word] : [...cross(word, variables)];
  return texts.map((text) => text.replace(/["']/g, ""));
}

function cross(word: string, variables: ReadonlyMap<string, readonly string[]>): string[] {
  const found = /\$\{?(\w+)(?::?-([^}]*))?\}?/.exec(word);
  if (!found) return [word];
  const [whole, name = "", fallback = ""] = found;
  const [before, after] = [word.slice(0, found.index), word.slice(found.index + whole.length)];
  return (variables.get(name) ?? [fallback]).flatMap((value) =>
    cross(after, variables).map((rest) => before + value + rest),
  );
}

function setVariable(words: readonly string[], variables: Map<string, string[]>): void {
  const [first = "", name = "", keyword] = words;
  if (first === "for" && keyword === "in") variables.set(name, words.slice(3));
  const [, assigned, value = ""] = /^(\w+)=(.*)$/s.exec(first === "export" ? name : first) ?? [];
  if (assigned && value) variables.set(assigned, [value]);
}

function read(words: readonly string[]): ShellCommand {
  const options: Record<string, string[]> = {};
  const plain: string[] = [];
  let output: string | undefined;
  let values = plain;
  for (const [index, word] of words.entries()) {
    const [, name, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined) {
      values = options[name] ??= [];
      if (value !== undefined) values.push(value);
    } else if (/^[12]?>/.test(word)) {
      output = word.replace(/^1?>+/, "") || words[index + 1];
      values = [];
    } else if (word !== "") values.push(word);
  }
  return { words: plain, options, output };
}
