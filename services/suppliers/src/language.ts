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
  const preferred = accepts(c, {
    header: "Accept-Language",
    supports: [...languages],
    default: languages[0],
    match: bestLanguage,
  });
  return preferred as Language;
}

type Match = NonNullable<Parameters<typeof accepts>[1]["match"]>;

/** A range includes its regions (`fr-CA` is served French); `*` is any language without a range of its own. */
const bestLanguage: Match = (ranges) => {
  const named = ranges.map(({ type }) => type.toLowerCase().split("-")[0]);
  // The parser has sorted the ranges by their quality.
  for (const [index, { type, q }] of ranges.entries()) {
    if (q === 0) break;
    const found = languages.find((one) => (type === "*" ? !named.includes(one) : named[index] === one));
    if (found) return found;
  }
  return languages[0];
};

/** Returns path and query of an address; one that begins with more than one slash would lead to another host. */
export function localPath(url: string): string {
  return url.slice(url.indexOf("/", "https://".length)).replace(/^[/\\]+/, "/");
}

/** Returns the target of the language switch of a page at `path` (with its query). */
export function switchPath(path: string, language: Language): string {
  return `${path}${path.includes("?") ? "&" : "?"}${parameter}=${language}`;
}

/** Remembers the choice of `?lang=…` and leads back to the same page without it. */
export const switchLanguage: MiddlewareHandler = async (c, next) => {
  const chosen = c.req.query(parameter);
  if (chosen === undefined || c.req.method !== "GET") return next();
  if (isLanguage(chosen))
    // Valid for the whole host: both services are behind one load balancer.
    setCookie(c, cookie, chosen, { path: "/", maxAge: secondsPerYear, httpOnly: true, sameSite: "Lax" });
  const url = new URL(c.req.url);
  url.searchParams.delete(parameter);
  return c.redirect(localPath(url.href));
};

function isLanguage(text: string | undefined): text is Language {
  return languages.some((language) => language === text);
}
