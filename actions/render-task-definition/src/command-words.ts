/** Where and why a command's text is no list of words. */
export interface WordFault {
  /** 1-based. */
  readonly column: number;
  readonly text: string;
}

/** Characters that a shell interprets when unquoted; ECS starts a command without one. */
const shellMarks = "|&;<>()$`";

/**
 * Splits a command into words by the quoting of POSIX (Shell Command Language, 2.2): blanks separate them, `'…'` keeps
 * everything, `"…"` keeps everything except `\` before `"`, `\`, `$` and a backquote, `\` keeps the next character.
 * Anything that only a shell could do is a fault.
 */
export function splitCommand(text: string): readonly string[] | WordFault {
  const words: string[] = [];
  let word: string | undefined;
  let quote: { mark: string; at: number } | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === quote?.mark) {
      quote = undefined;
    } else if (quote?.mark === "'") {
      word += character;
    } else if (character === "\\") {
      const next = text[++at];
      if (next === undefined) return { column: at, text: "the last \\ is followed by nothing" };
      word = `${word ?? ""}${quote && !'"\\$`'.includes(next) ? "\\" : ""}${next}`;
    } else if (quote ? "$`".includes(character) : shellMarks.includes(character)) {
      return { column: at + 1, text: `${character} needs a shell, and the command does not run in one` };
    } else if (quote) {
      word += character;
    } else if (character === "'" || character === '"') {
      quote = { mark: character, at };
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote) return { column: quote.at + 1, text: `the ${quote.mark} is not closed` };
  return word === undefined ? words : [...words, word];
}
