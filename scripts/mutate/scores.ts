import { readFileSync } from "node:fs";

/** By file: the changes that a test noticed, and all changes. */
export type Scores = Record<string, readonly [noticed: number, all: number]>;

export const readScores = (table: string): Scores => JSON.parse(readFileSync(table, "utf8"));

/** Writes a file a line, in order. */
export function formatScores(scores: Scores): string {
  const rows = Object.entries(scores)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([file, [noticed, all]]) => `  ${JSON.stringify(file)}: [${noticed}, ${all}]`);
  return `{\n${rows.join(",\n")}\n}\n`;
}

/** Returns the folder whose fast tests hold a file: its action, its simulated service, or its workspace's sources. */
export function testFolderOf(file: string): string {
  const [folder] =
    /^(actions\/[^/]+|simulator\/src\/(services\/)?[^/]+|[^/]+\/src|[^/]+)(?=\/)/.exec(file) ?? [];
  return folder ?? ".";
}

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/** Reads Stryker's report (mutation-testing-report-schema): a test that never ends has noticed the change, too. */
export function scoresOf({ files }: Report): Scores {
  const entries = Object.entries(files).map(([file, { mutants }]) => {
    const count = (...wanted: string[]) => mutants.filter(({ status }) => wanted.includes(status)).length;
    const noticed = count("Killed", "Timeout");
    return [file, [noticed, noticed + count("Survived", "NoCoverage")]] as const;
  });
  return Object.fromEntries(entries);
}

/** Compares with the table. A file without changes has all of them noticed. */
export function compareScores(measured: Scores, table: Scores) {
  const risen: Scores = {};
  const fallen: string[] = [];
  const lines = Object.entries(measured).map(([file, score]) => {
    const [before, now] = [table[file], percent(score)];
    if (before && now < percent(before)) fallen.push(file);
    else risen[file] = score;
    const compared = before
      ? `${fallen.includes(file) ? "fell from" : "before"} ${percent(before)} %`
      : "new";
    return `${file}: ${now} % of ${score[1]} changes are noticed (${compared})`;
  });
  return { lines, risen, fallen };
}

const percent = ([noticed, all]: Scores[string]) =>
  all === 0 ? 100 : Math.floor((noticed / all) * 1000) / 10;
