import { pathToFileURL } from "node:url";
import type { PageExtension } from "./extension.ts";
import type { Language } from "./language.ts";
import type { Parts } from "./parts.ts";

/** Result of a tab's `view`: one element each. */
export interface Section {
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
    async ({ name, title, folder, module, styles = [], operates = false }): Promise<Tab> => {
      const { view } = await import(pathToFileURL(`${folder}/${module}`).href);
      return {
        name,
        path: `/${name}`,
        title,
        module: `/x/${name}/${module}`,
        styles: styles.map((style) => `/x/${name}/${style}`),
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
