import type { Context } from "hono";
import { accepts } from "hono/accepts";

export const languages = ["en", "fr"] as const;
export type Language = (typeof languages)[number];

/** Returns the language of `?lang=`, else the one that the browser prefers, else English. */
export function languageOf(c: Context): Language {
  const asked = c.req.query("lang");
  if (isLanguage(asked)) return asked;
  return accepts(c, {
    header: "Accept-Language",
    supports: [...languages],
    default: "en",
    match: (ranges) => {
      for (const { type, q } of ranges) {
        const language = type.toLowerCase().split("-")[0];
        if (q > 0 && isLanguage(language)) return language;
      }
      return "en";
    },
  }) as Language;
}

function isLanguage(text: string | undefined): text is Language {
  return languages.some((language) => language === text);
}
