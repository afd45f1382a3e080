import { type Context, Hono } from "hono";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { databaseMessage, isDatabaseUnreachable } from "./database-failure.ts";
import { languageOf, localPath, switchLanguage } from "./language.ts";
import type { Log } from "./log.ts";
import { serveAssets } from "./pages/assets.ts";
import { databaseDownPage, failedPage, notFoundPage, refusalPage } from "./pages/errors.ts";
import { createView, listPath, type Site, type View } from "./pages/layout.ts";
import type { SupplierStore } from "./supplier-queries.ts";

/** What a service is given from outside. */
export interface SiteParts {
  readonly suppliers: SupplierStore;
  readonly log: Log;
}

/** Seconds after which a page that had no database may be asked for again. */
const retryAfterSeconds = 5;

/** An app with what every service has: safe headers, the language switch, the assets, and the error pages. */
export function createSite(site: Site, { log }: SiteParts): Hono {
  // Not strict: the lab's `/suppliers/` is `/suppliers`.
  const app = new Hono({ strict: false });
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // Whether there is TLS is known to the load balancer only.
      strictTransportSecurity: false,
      xFrameOptions: "DENY",
    }),
  );
  app.use(refuseForeignForms());
  app.use(switchLanguage);
  serveAssets(app, site);
  app.get(`${site.basePath}/health`, (c) => c.text("ok\n"));
  app.notFound((c) => notFound(c, site));
  app.onError((error, c) => {
    if (error instanceof HTTPException)
      return c.html(refusalPage(viewOf(c, site), error.status), error.status);
    const request = { method: c.req.method, path: c.req.path };
    if (isDatabaseUnreachable(error)) {
      log.error(request, `the database cannot be reached: ${databaseMessage(error)}`);
      c.header("Retry-After", String(retryAfterSeconds));
      return c.html(databaseDownPage(viewOf(c, site)), 503);
    }
    log.error({ ...request, stack: error.stack }, "the request failed");
    return c.html(failedPage(viewOf(c, site)), 500);
  });
  return app;
}

/** What the page that answers this request needs to know of it. */
export function viewOf(c: Context, site: Site): View {
  // What answers a posted form leads, in the other language, to a page that is there.
  const path = c.req.method === "POST" ? listPath(site) : localPath(c.req.url);
  return createView(site, languageOf(c), path);
}

export function notFound(c: Context, site: Site) {
  return c.html(notFoundPage(viewOf(c, site)), 404);
}

/** A browser says where a form comes from; a client that says nothing is no browser and carries no one's session. */
function refuseForeignForms() {
  // The host alone: in front of a load balancer the scheme may be another.
  const check = csrf({
    origin: (origin, c) => URL.canParse(origin) && new URL(origin).host === c.req.header("host"),
  });
  return (c: Context, next: () => Promise<void>) =>
    c.req.header("origin") === undefined && c.req.header("sec-fetch-site") === undefined
      ? next()
      : check(c, next);
}
