import type MarkdownIt from "markdown-it";

/** As in lab/src/course/guide.ts, which has packages that the site does not install; a test compares them. */
export const wayHeadings = {
  cli: { en: "With the CLI", fr: "Avec la CLI" },
  console: { en: "In the console", fr: "Dans la console" },
  templates: { en: "With our templates", fr: "Avec nos modèles" },
} as const;

const labels = { en: "Way through the course", fr: "Façon de suivre le cours" };

/** Makes tabs of the sections of a page that are each for one way through the course. */
export function showWaysAsTabs(md: MarkdownIt): void {
  md.core.ruler.push("ways-as-tabs", (state) => {
    const { tokens, Token } = state;
    const html = (content: string) =>
      Object.assign(new Token("html_block", "", 0), { content: `${content}\n` });
    const starts = tokens.flatMap(({ type, tag }, index) =>
      type === "heading_open" && tag === "h2" ? [{ index, heading: tokens[index + 1]?.content }] : [],
    );
    for (const language of ["en", "fr"] as const) {
      const ways = Object.entries(wayHeadings).map(([name, headings]) => [name, headings[language]]);
      const headings = ways.map(([, heading]) => heading);
      const sections = starts.filter(({ heading }) => headings.includes(heading));
      if (sections.length !== ways.length) continue;
      const first = sections[0]?.index ?? 0;
      const end = starts.find(({ index }) => index > (sections.at(-1)?.index ?? 0))?.index ?? tokens.length;
      const panels = sections.flatMap(({ index, heading }, order) => [
        html(`<template #${ways.find(([, each]) => each === heading)?.[0]}>`),
        ...tokens.slice(index, sections[order + 1]?.index ?? end),
        html("</template>"),
      ]);
      const headingsOfWays = md.utils.escapeHtml(JSON.stringify(Object.fromEntries(ways)));
      state.tokens = [
        ...tokens.slice(0, first),
        html(`<Ways label="${labels[language]}" :headings="${headingsOfWays}">`),
        ...panels,
        html("</Ways>"),
        ...tokens.slice(end),
      ];
    }
  });
}
