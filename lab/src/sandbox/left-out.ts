import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

interface Row {
  names: string;
  commands?: string;
  anywhere?: string;
  except?: string;
}

type Table = Record<string, { why: string; programs: Row[] }>;

/**
 * Writes programs that do nothing for some of their subcommands except state it, a Git configuration that leads pushes
 * to one of them, and the given programs, which replace those of the table.
 */
export async function writePrograms(directory: string, programs: Readonly<Record<string, string>>) {
  const table = parse(readFileSync(new URL("left-out.yaml", import.meta.url), "utf8")) as Table;
  const template = readFileSync(new URL("programs/stub.sh", import.meta.url), "utf8");
  const stubs = Object.values(table).flatMap(({ why, programs: rows }) =>
    rows.flatMap((row) =>
      row.names.split(" ").map((name) => [name, stub(template, name, row, why)] as const),
    ),
  );
  const texts = {
    ...Object.fromEntries(stubs),
    sudo: readFileSync(new URL("programs/sudo.sh", import.meta.url), "utf8"),
    "git-remote-left-out": readFileSync(new URL("programs/git-remote-left-out.sh", import.meta.url), "utf8"),
    "state-left-out": readFileSync(new URL("programs/state-left-out.sh", import.meta.url), "utf8"),
    gitconfig: readFileSync(new URL("programs/gitconfig", import.meta.url), "utf8"),
    ...programs,
  };
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(texts))
    await writeFile(join(directory, name), text, { mode: 0o755 });
}

/** Returns a shell script whose `case` has a pattern for each subcommand. */
function stub(template: string, name: string, row: Row, why: string): string {
  const list = (row.except ?? row.commands ?? row.anywhere ?? "").split(", ");
  const cases = list.map((words) => {
    if (words === "*") return "*) first_word ;;";
    const pattern = `${row.anywhere ? "*" : ""}" "${words.replaceAll(" ", '" "')}" "*`;
    const what = words.includes("*") ? name : `${name} ${words}`;
    return `${pattern}) ${row.except ? `run_real "$@"` : `what="${what}"`} ;;`;
  });
  const rest = row.except ? "*) first_word ;;" : `*) run_real "$@" ;;`;
  return template
    .replaceAll("NAME", name)
    .replace(/^ *CASES$/m, () => [...cases, rest].map((line) => `  ${line}`).join("\n"))
    .replace("WHY", why);
}
