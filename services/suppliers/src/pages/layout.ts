import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { type Language, type Localized, languages, switchPath } from "../language.ts";
import { stylesheetVersion } from "./stylesheet.ts";
import { english, french, type Texts } from "./texts.ts";

/** Markup in which every value has been escaped, once. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Properties shared by all pages of one service. */
export interface Site {
  /** As its logs call it. */
  readonly service: string;
  readonly brand: Localized;
  /** Prefix of all paths of the service, assets included: behind a load balancer the rest belongs to another. */
  readonly basePath: "" | `/${string}`;
  /** Target of the brand. */
  readonly home: string;
  readonly links: readonly { readonly label: Localized; readonly href: string }[];
  /** Classes of the navigation bar: `navbar-dark bg-dark` or `navbar-light bg-light`. */
  readonly navbar: string;
}

/** The running release. */
export interface Release {
  readonly version: string;
  /** `sha256:…`, null if unknown. */
  readonly image: string | null;
  /** Task definition, such as `customer-microservice:3`; null if unknown. */
  readonly revision: string | null;
}

/** Context of a page besides its content. */
export interface View {
  readonly site: Site;
  readonly language: Language;
  readonly texts: Texts;
  /** Path and query of the page, target of the language switch. */
  readonly path: string;
  /** The release that renders the page. */
  readonly release: Release;
}

export const createView = (site: Site, language: Language, path: string, release: Release): View => ({
  site,
  language,
  texts: texts[language],
  path,
  release,
});

export const listPath = (site: Site) => `${site.basePath}/suppliers`;
export const assetPath = (site: Site, name: string) => `${site.basePath}/assets/${name}`;

export function page(view: View, title: string, content: Markup): Markup {
  const { site, language, texts } = view;
  const brand = site.brand[language];
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${texts.description}">
<title>${title === brand ? title : `${title} · ${brand}`}</title>
<link rel="icon" href="${assetPath(site, "icon.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${assetPath(site, "style.css")}?v=${stylesheetVersion}">
</head>
<body>
<a class="skip-link" href="#content">${texts.skipToContent}</a>
<header class="navbar ${site.navbar}">
<a class="brand" href="${site.home}">${brand}</a>
${navigation(view)}
${languageSwitch(view)}
</header>
<main id="content">
${content}
</main>
${footer(view)}
</body>
</html>
`;
}

/** The release, so that visitors of a deployment see which one responds. */
function footer({ site, release: { version, revision, image } }: View): Markup {
  const digest = image?.replace(/^sha256:([0-9a-f]{12}).*/, "$1");
  return html`<footer>${site.service} ${version}${revision && html` · ${revision}`}${digest && html` · <code>${digest}</code>`}</footer>`;
}

function navigation({ site, language, path }: View): Markup {
  const pathname = path.split("?")[0];
  return html`<nav aria-label="${site.brand[language]}"><ul>
${site.links.map(
  ({ label, href }) =>
    html`<li><a href="${href}"${href === pathname ? html` aria-current="page"` : ""}>${label[language]}</a></li>\n`,
)}</ul></nav>`;
}

function languageSwitch({ language, texts, path }: View): Markup {
  return html`<nav class="languages" aria-label="${texts.languageSwitch}"><ul>
${languages.map((other) =>
  other === language
    ? html`<li><span aria-current="true" lang="${other}">${languageNames[other]}</span></li>\n`
    : html`<li><a href="${switchPath(path, other)}" hreflang="${other}" lang="${other}" rel="nofollow">${languageNames[other]}</a></li>\n`,
)}</ul></nav>`;
}

const languageNames: Localized = { en: "English", fr: "Français" };

const texts: Readonly<Record<Language, Texts>> = { en: english, fr: french };
