import type { Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { createCachedPages, createFreshPages } from "../caching/page-cache.ts";
import { type PageRequest, pageQuery, parsePageQuery, type SupplierPage } from "../domain/supplier-page.ts";
import type { SupplierReader } from "../domain/supplier-queries.ts";
import { listPath, page, type Site, type View } from "../pages/layout.ts";
import { supplierList } from "../pages/supplier-list.ts";
import type { Change } from "../pages/texts.ts";
import { viewOf } from "../site.ts";

interface ListRoutes {
  readonly suppliers: SupplierReader;
  /** Adds links to create and edit; without it the list is read-only. */
  readonly editable?: boolean;
  /** Maximum age of the page for a visitor; without it a page is never older than its request. */
  readonly maxAgeSeconds?: number;
}

/** The list of suppliers at `/suppliers`, in pages, with its search. */
export function listSuppliers(app: Hono, site: Site, options: ListRoutes): void {
  const { suppliers, maxAgeSeconds, editable } = options;
  const now = () => performance.now();
  // Pages are kept as bytes: Node would encode a text again for each response, a quarter of the processor's time.
  const pages =
    maxAgeSeconds === undefined
      ? createFreshPages<Buffer<ArrayBuffer>>(now)
      : createCachedPages<Buffer<ArrayBuffer>>(maxAgeSeconds * 1000, now);

  app.get(listPath(site), async (c) => {
    const done = editable ? takeConfirmation(c, site) : undefined;
    const request = parsePageQuery(c.req.query());
    if (!request) throw new HTTPException(400);
    // The normalized address, so that each page has one cache entry for all spellings of its address.
    const query = pageQuery(request);
    const view = { ...viewOf(c, site), path: `${listPath(site)}${query}` };
    const { body, readAt } = await pages(`${view.language}${done ?? ""}${query}`, async () =>
      Buffer.from(String(await render(view, request, await suppliers.readPage(request), options, done))),
    );
    if (maxAgeSeconds === undefined) c.header("Cache-Control", "no-store");
    else {
      c.header("Cache-Control", `public, max-age=${maxAgeSeconds}`);
      c.header("Age", String(Math.ceil((now() - readAt) / 1000)));
    }
    return c.body(body, 200, { "Content-Type": "text/html; charset=UTF-8" });
  });
}

function render(
  view: View,
  request: PageRequest,
  found: SupplierPage,
  { editable }: ListRoutes,
  done: Change | undefined,
) {
  const { site, texts, language } = view;
  const { basePath } = site;
  const content = supplierList(
    view,
    request,
    found,
    editable
      ? {
          editPath: ({ id }) => `${basePath}/supplier-update/${id}`,
          done,
          actions: html`<div class="actions"><a class="button" href="${basePath}/supplier-add">${texts.addSupplier}</a></div>`,
        }
      : {},
  );
  // The administrators' title is the brand itself, as in the lab.
  return page(view, editable && basePath ? site.brand[language] : texts.allSuppliers, content);
}

/** A cookie, as the address of the list is the lab's. */
const cookie = "done";
const changes = ["added", "changed", "deleted"] as const satisfies readonly Change[];
/** A browser follows the redirect at once. */
const maxAge = 30;

/** Redirects to the list, which confirms the change. */
export function confirm(c: Context, site: Site, change: Change) {
  setCookie(c, cookie, change, { path: listPath(site), maxAge, httpOnly: true, sameSite: "Lax" });
  return c.redirect(listPath(site));
}

/** Returns the change to confirm, once. */
function takeConfirmation(c: Context, site: Site): Change | undefined {
  const change = changes.find((each) => each === getCookie(c, cookie));
  if (change) deleteCookie(c, cookie, { path: listPath(site) });
  return change;
}
