import { stripVTControlCharacters } from "node:util";

/** Puts a text into a colour, or leaves it as it is. */
export type Style = Readonly<Record<keyof typeof codes, (text: string) => string>>;

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Where text is rendered: its width, and its colours. */
export interface Page {
  readonly columns: number;
  readonly style: Style;
}

export interface Terminal extends Page {
  /** Writes a line. */
  print(line: string): void;
}

/** A stream that is not a terminal gets plain text of 80 columns, unless COLUMNS says otherwise. */
export function openTerminal(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Terminal {
  const columns = stream.columns ?? (Number(environment.COLUMNS) || 80);
  return {
    columns: Math.max(40, Math.min(columns, 110)),
    style: createStyle(isColoured(stream, environment)),
    print: (line) => void stream.write(`${line}\n`),
  };
}

/** https://no-color.org and https://force-color.org */
function isColoured(stream: NodeJS.WriteStream, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0";
  return stream.isTTY === true && TERM !== "dumb";
}

function createStyle(isOn: boolean): Style {
  const styles = Object.entries(codes).map(([name, [on, off]]) => [
    name,
    (text: string) => (isOn && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text),
  ]);
  return Object.fromEntries(styles) as Style;
}

/** Removes what would move the cursor or change colours: a log quotes containers, and a summary quotes AWS. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/(?![\n\t])\p{Cc}/gu, "");
}
