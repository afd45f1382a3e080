import type { PageExtension, Publish } from "@ecs-delivery/live/page";
import type { Course, CourseState } from "../course/progress/course.ts";
import { commandsOf, type Guides, type Language, languages } from "../course/progress/guides.ts";
import { renderMarkdown } from "./markdown.ts";
import { respond } from "./own-forms.ts";

/** The tab that leads through the course, which ends with the page. It changes nothing in the account. */
export function courseTab(course: Course, guides: Guides): PageExtension {
  let lastParts = "";
  return {
    name: "course",
    title: { en: "Course", fr: "Cours" },
    folder: `${import.meta.dirname}/browser`,
    styles: ["/files/account.css", "runs.css", "course.css"],
    start(publish: Publish) {
      for (const language of languages) publish(`guide-${language}`, guideOf(guides, language));
      const show = (state: CourseState) => publish("state", withMarkup(state));
      show(course.state());
      const stop = course.subscribe(show);
      return () => {
        stop();
        void course.close();
      };
    },
    observed(parts) {
      const text = JSON.stringify(
        [...parts].filter(([key]) => key !== "cost"),
        withoutTraffic,
      );
      // Images, files and roles are not among the parts.
      if (text === lastParts) course.watched();
      else course.changed();
      lastParts = text;
    },
    routes(app, mayOperate) {
      app.post("/help", (c) =>
        respond(c, mayOperate(c), async ({ step = "" }) => {
          course.takeHelp(step);
          return {};
        }),
      );
      app.post("/tick", (c) =>
        respond(c, mayOperate(c), async ({ step = "", done }) => {
          course.tick(step, done === "true");
          return {};
        }),
      );
      app.post("/check", (c) =>
        respond(c, mayOperate(c), async () => {
          void course.check();
          return {};
        }),
      );
    },
  };
}

/** Traffic changes always, and no step is about it. */
const withoutTraffic = (key: string, value: unknown) => (key === "traffic" ? undefined : value);

/** Part `course/guide-<language>`: the pages, rendered. */
function guideOf(guides: Guides, language: Language) {
  const markup = (text: string) => render(text, language);
  return guides.pages[language].map(({ number, title, introduction, steps }) => ({
    ...{ number, title, introduction: markup(introduction.slice(introduction.search(/^## /m))) },
    steps: steps.map(({ id, title, items, text, commands }) => {
      const same = commands.length === 0 ? commandsOf(guides, language, id) : [];
      return { id, title, items, text: markup(withLinks(text, language)), commands, same };
    }),
  }));
}

const own = "http://course.invalid/";
const command = { en: "Command", fr: "Commande" };

/** The commands are next to the text, which links to each. */
function withLinks(text: string, language: Language): string {
  let count = 0;
  return text.replace(
    /^```sh\n.*?^```$/gms,
    () => `[${command[language]} ${++count}](${own}#command-${count})`,
  );
}

/** Links lead to the phases here, or elsewhere; the files next to the guide are not served. */
function render(text: string, language: Language): string {
  const local = text
    .replace(/^```mermaid\n.*?^```$/gms, "")
    .replace(/\]\((?:\.\/)?phase-(\d+)-[^)]*\)/g, `](${own}course/$1)`);
  const linkOf = (address: string) => {
    if (!address.startsWith(own)) return address;
    const place = address.slice(own.length);
    return place.startsWith("#") ? place : `/${place}?lang=${language}`;
  };
  return renderMarkdown(local, linkOf).markup;
}

/** Part `course/state`: the hints that come from the guide, rendered. */
function withMarkup({ help, ...state }: CourseState) {
  const entries = Object.entries(help).map(([id, { where, ...own }]) => {
    const rendered = where && { en: render(where.en, "en"), fr: render(where.fr, "fr") };
    return [id, { ...own, where: rendered }];
  });
  return { ...state, help: Object.fromEntries(entries) };
}
