import type { Hono } from "hono";
import { html } from "hono/html";
import { listPath, page, type Site } from "../pages/layout.ts";
import { searchForm } from "../pages/supplier-list.ts";
import { viewOf } from "../site.ts";

/** The greeting at `/`. */
export function showHome(app: Hono, site: Site): void {
  app.get("/", (c) => {
    const view = viewOf(c, site);
    const brand = site.brand[view.language];
    const content = html`<div class="hero"><h1>${brand}</h1>
<p>${view.texts.welcome}</p>
<p><a class="button" href="${listPath(site)}">${view.texts.listOfSuppliers}</a></p></div>
<h2>${view.texts.findSupplier}</h2>
${searchForm(view)}`;
    return c.html(page(view, brand, content));
  });
}
