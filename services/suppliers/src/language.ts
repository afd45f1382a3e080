import type { Context, MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { getCookie, setCookie } from "hono/cookie";

export const languages = ["en", "fr"] as const;
export type Language = (typeof languages)[number];

/** One text in every language. */
export type Localized = Readonly<Record<Language, string>>;

const cookie = "language";
const parameter = "lang";
const secondsPerYear = 365 * 24 * 60 * 60;

/** The language a visitor chose with the switch, else the one that the browser prefers, else English. */
export function languageOf(c: Context): Language {
  const chosen = getCookie(c, cookie);
  if (isLanguage(chosen)) return chosen;
  return accepts(c, { header: "Accept-Language", supports: [...languages], default: "en" }) as Language;
}

/** Where the switch of a page at `path` (with its query) leads. */
export function switchPath(path: string, language: Language): string {
  return `${path}${path.includes("?") ? "&" : "?"}${parameter}=${language}`;
}

/** Remembers the choice of `?lang=…` and leads back to the same page without it. */
export const switchLanguage: MiddlewareHandler = async (c, next) => {
  const chosen = c.req.query(parameter);
  if (chosen === undefined || c.req.method !== "GET") return next();
  if (isLanguage(chosen))
    // The whole host: both services are behind one load balancer.
    setCookie(c, cookie, chosen, { path: "/", maxAge: secondsPerYear, httpOnly: true, sameSite: "Lax" });
  const url = new URL(c.req.url);
  url.searchParams.delete(parameter);
  return c.redirect(`${url.pathname}${url.search}`);
};

function isLanguage(text: string | undefined): text is Language {
  return languages.some((language) => language === text);
}
