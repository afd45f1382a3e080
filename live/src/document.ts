import { createContext, renderNotices, renderScale } from "../browser/frame.mjs";
import { html } from "../browser/html.mjs";
import { texts } from "../browser/texts.mjs";
import type { Parts } from "./parts.ts";
import type { Language, Tab } from "./tabs.ts";

interface DocumentOptions {
  readonly tabs: readonly Tab[];
  /** Undefined where the address is unknown. */
  readonly tab: Tab | undefined;
  readonly path: string;
  readonly search: string;
  readonly language: Language;
  readonly parts: Parts;
  readonly now: number;
}

/** Renders the whole document in its present state, which is all that a browser without JavaScript shows. */
export function renderDocument({ tabs, tab, path, search, language, parts, now }: DocumentOptions): string {
  const t = texts[language];
  const context = createContext({ language, now, path, search });
  const { link } = context;
  const { mayOperate } = parts.get("access") as { mayOperate: boolean };
  const other = language === "en" ? "fr" : "en";
  const nav = tabs.map(
    (each) =>
      html`<a href="${link(each.path)}"${each === tab ? html` aria-current="page"` : ""}>${each.title[language]}</a>`,
  );
  const sections = tab
    ? tab
        .view(parts, context)
        .map(
          ({ key, html: markup, wide }) =>
            html`<div class="${wide ? "section wide" : "section"}" data-key="${key}">${typeof markup === "function" ? markup() : markup}</div>`,
        )
    : html`<div class="empty"><h2>${t.noSuchPage}</h2><p>${t.noSuchPageFix} <a href="${link("/")}">${t.allServices}</a></p></div>`;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${t.description}">
<meta name="color-scheme" content="light dark">
<title>${tab ? `${tab.title[language]} · ` : ""}${t.title}</title>
<link rel="icon" href="/files/icon.svg" type="image/svg+xml">
${["page", "frame", "cards"].map((name) => html`<link rel="stylesheet" href="/files/${name}.css">`)}
${tab?.styles.map((style) => html`<link rel="stylesheet" href="${style}">`) ?? ""}
<script type="module" src="/files/main.mjs"></script>
</head>
<body data-module="${tab?.module ?? ""}">
<a class="skip" href="#content">${t.skip}</a>
<header class="bar">
<a class="brand" href="${link("/")}"><img src="/files/icon.svg" alt="" width="28" height="28"><span>${t.title}</span></a>
<nav aria-label="${t.pages}">${nav}</nav>
<p class="state" id="state" role="status">${t.static}</p>
<span id="scale">${renderScale(parts, context)}</span>
<a class="language" href="?lang=${other}" lang="${other}" hreflang="${other}">${texts[other].languageName}</a>
</header>
<main id="content" tabindex="-1">
<h1 class="hidden">${tab?.title[language] ?? t.noSuchPage}</h1>
<div id="notices">${renderNotices(parts, context)}</div>
<noscript><p class="notice">${t.noScript} <a href="">${t.reload}</a></p></noscript>
<div id="sections" class="sections">${sections}</div>
</main>
${tab?.operates && mayOperate ? "" : html`<footer>${t.readOnly}</footer>`}
</body>
</html>
`.toString();
}
