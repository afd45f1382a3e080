interface CodeBlock {
  /** Text of the last heading before it. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** Fenced blocks in their order; one inside a list loses the list's indentation. */
export function codeBlocksOf(markdown: string): CodeBlock[] {
  const fence = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;
  return [...markdown.matchAll(fence)].map(([, indentation = "", language = "", text = ""], index, all) => ({
    heading: headingsOf(markdown.slice(0, all[index]?.index)).at(-1)?.text ?? "",
    language,
    text: text.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
  }));
}

export interface Command {
  readonly text: string;
  /** Lines that the page shows under it. */
  readonly shown: string;
}

/** Commands of a `console` block, which begin with `$`, each with its output. */
export function commandsOf(text: string): Command[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      // A line that ends with a backslash goes on in the next.
      const [text = "", shown = ""] = part.trimEnd().split(/(?<!\\)\n([\s\S]*)/);
      return { text, shown };
    });
}

interface Heading {
  readonly level: number;
  readonly text: string;
}

export function headingsOf(markdown: string): Heading[] {
  return [...withoutCode(markdown).matchAll(/^(#+) (.+)$/gm)].map(([, marks = "", text = ""]) => ({
    level: marks.length,
    text,
  }));
}

/** Targets of links and images, without those of other sites. */
export function relativeLinksOf(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) =>
    /^[a-z]+:/.test(target) ? [] : [target],
  );
}

/** Returns the text between backticks. */
export function codeSpansOf(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^( *)```[\s\S]*?^\1```$/gm, "");
}
