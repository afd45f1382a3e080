import { pathToFileURL } from "node:url";
import type { Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import type { Parts } from "./parts.ts";

/** Result of a tab's `view`: one element each. */
interface Section {
  readonly key: string;
  /** Its markup, or a function that returns it. */
  readonly html: { toString(): string } | (() => { toString(): string });
  /** The parts it is made from. A browser makes it again only if one of them is another object. */
  readonly of?: readonly unknown[];
  /** Whether it takes the page's whole width. */
  readonly wide?: boolean;
}

/** Input of a `view` in addition to the parts. */
export interface ViewContext {
  readonly language: Language;
  readonly now: number;
  /** Path of the address, without its query. */
  readonly path: string;
  /** Keeps the language in links within the page. */
  readonly link: (path: string) => string;
  readonly html: typeof import("../browser/html.mjs").html;
  /** Draws the account's resources; undefined without any. */
  readonly picture: (parts: Parts) => Section | undefined;
}

export interface Tab {
  readonly name: string;
  /** Address of the tab; those below it are the tab's too. */
  readonly path: string;
  readonly title: Readonly<Record<Language, string>>;
  /** Address of its browser module. */
  readonly module: string;
  readonly styles: readonly string[];
  readonly operates?: boolean;
  readonly view: (parts: Parts, context: ViewContext) => readonly Section[];
}

const own = [
  {
    name: "services",
    path: "/",
    title: { en: "Services", fr: "Services" },
    styles: ["/files/services.css"],
  },
  {
    name: "account",
    path: "/account",
    title: { en: "Account", fr: "Compte" },
    styles: ["/files/account.css"],
  },
] as const;

/** Loads the page's own tabs and those of its extensions. */
export async function loadTabs(extensions: readonly PageExtension[]): Promise<Tab[]> {
  const ownTabs = own.map(async (tab): Promise<Tab> => {
    const { view } = await import(new URL(`../browser/${tab.name}.mjs`, import.meta.url).href);
    return { ...tab, module: `/files/${tab.name}.mjs`, view };
  });
  const added = extensions.map(
    async ({ name, title, folder, styles = [], operates = false }): Promise<Tab> => {
      const { view } = await import(pathToFileURL(`${folder}/${name}.mjs`).href);
      return {
        name,
        path: `/${name}`,
        title,
        module: `/x/${name}/${name}.mjs`,
        styles: styles.map((style) => (style.startsWith("/") ? style : `/x/${name}/${style}`)),
        operates,
        view,
      };
    },
  );
  return Promise.all([...ownTabs, ...added]);
}

/** Undefined if no tab has this address. */
export function tabOf(tabs: readonly Tab[], path: string): Tab | undefined {
  const isOf = (tab: Tab) => (tab.path === "/" ? isOfServices(path) : `${path}/`.startsWith(`${tab.path}/`));
  return tabs.find(isOf);
}

/** `/services/<cluster>/<name>` shows one service. */
const isOfServices = (path: string) => path === "/" || /^\/services\/[^/]+\/[^/]+$/.test(path);

/** Sets the part `<name>/<key>` of the page in every browser; undefined removes it. The value is plain JSON. */
export type Publish = (key: string, value: unknown) => void;

/**
 * A tab that another part of the project adds to the page. Its browser module exports `view(parts, context)`, which
 * returns sections (`{ key, html }`, one element each), and may export `connect(main, context)` for event handlers. The
 * server calls `view` as well, for browsers without JavaScript.
 */
export interface PageExtension {
  /** First segment of its addresses (`/<name>`) and of its parts. */
  readonly name: string;
  readonly title: Readonly<Record<Language, string>>;
  /** Folder with its browser module, `<name>.mjs`, and styles, served under `/x/<name>/`. */
  readonly folder: string;
  /** Style sheets in the folder, or addresses of the page's own. */
  readonly styles?: readonly string[];
  /** Whether it changes the account: the page then does not say that it only reads. */
  readonly operates?: boolean;
  /** Adds its own requests below `/<name>/`; `mayOperate` says whether a request's browser may change anything. */
  routes?(app: Hono, mayOperate: (c: Context) => boolean): void;
  /** Called once, when the page starts. The page's end calls the returned function. */
  start?(publish: Publish): (() => void) | undefined;
  /** Called with what each reading of the account found. */
  observed?(parts: Parts): void;
}

const languages = ["en", "fr"] as const;
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
