import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Markup in which every value has been escaped, once. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What is the same on every page of one service. */
export interface Site {
  readonly brand: string;
  /** Where all paths of the service begin, assets included: behind a load balancer the rest is another's. */
  readonly basePath: "" | `/${string}`;
  /** Where the brand leads. */
  readonly home: string;
  readonly links: readonly { readonly label: string; readonly href: string }[];
  /** Classes of the navigation bar: `navbar-dark bg-dark` or `navbar-light bg-light`. */
  readonly navbar: string;
}

export const stylesheetPath = (site: Site) => `${site.basePath}/assets/style.css`;

export function page(site: Site, title: string, content: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === site.brand ? title : `${title} · ${site.brand}`}</title>
<link rel="stylesheet" href="${stylesheetPath(site)}">
</head>
<body>
<nav class="navbar ${site.navbar}">
<a class="brand" href="${site.home}">${site.brand}</a>
${site.links.map(({ label, href }) => html`<a href="${href}">${label}</a>\n`)}</nav>
<main>
${content}
</main>
</body>
</html>
`;
}
