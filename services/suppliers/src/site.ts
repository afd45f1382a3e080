import { isIP } from "node:net";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { databaseMessage, isDatabaseUnreachable } from "./database/database-failure.ts";
import type { SupplierStore } from "./domain/supplier-queries.ts";
import { languageOf, localPath, switchLanguage } from "./language.ts";
import { describeFailure } from "./operations/describe-failure.ts";
import { exchangeOf } from "./operations/exchange.ts";
import { limitWrites } from "./operations/limit-writes.ts";
import { serveAssets } from "./pages/assets.ts";
import { databaseDownPage, failedPage, notFoundPage, refusalPage } from "./pages/errors.ts";
import { createView, listPath, type Site, type View } from "./pages/layout.ts";
import { type HealthParts, reportHealth } from "./routes/report-health.ts";

/** Parts that a service gets from outside. */
export interface SiteParts extends HealthParts {
  readonly suppliers: SupplierStore;
  /** Names of the site, without ports, that writes may be sent to; undefined allows any name. */
  readonly hosts?: ReadonlySet<string> | undefined;
}

/** Seconds until a page that failed without a database may be requested again. */
const retryAfterSeconds = 5;

/**
 * Creates an app with the features of every service: safe headers, health, the language switch, assets, error pages, a
 * limit for writes.
 */
export function createSite(site: Site, parts: SiteParts): Hono {
  // Not strict: the lab's `/suppliers/` is `/suppliers`.
  const app = new Hono({ strict: false });
  app.use(safeHeaders());
  app.use((c: Context, next) => {
    c.header("X-Request-Id", exchangeOf(c).requestId);
    c.set("release", parts.release);
    return next();
  });
  reportHealth(app, site, parts);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header("Allow", methods.join(", "));
        return refuse(c, site, 405);
      },
    }),
  );
  app.use(refuseForeignWrites(parts.hosts));
  app.use(limitWrites());
  app.use(switchLanguage);
  serveAssets(app, site);
  app.notFound((c) => notFound(c, site));
  app.onError((error, c) =>
    error instanceof HTTPException ? refuse(c, site, error.status) : fail(c, site, parts, error),
  );
  return app;
}

function safeHeaders() {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // Without any referrer a browser hides, over plain HTTP, that a form comes from this site: `Origin: null`.
    referrerPolicy: "same-origin",
    // They protect Flash and old browsers only, and each costs every response a microsecond.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    // Only the load balancer knows whether there is TLS.
    strictTransportSecurity: false,
    xFrameOptions: "DENY",
  });
}

/** Returns the context that the page for this request needs. */
export function viewOf(c: Context, site: Site): View {
  // After a posted form, the language switch leads to an existing page.
  const path = c.req.method === "POST" ? listPath(site) : localPath(c.req.url);
  c.header("Vary", "Accept-Language, Cookie");
  return createView(site, languageOf(c), path, c.get("release"));
}

export function notFound(c: Context, site: Site) {
  forbidStorage(c);
  return c.html(notFoundPage(viewOf(c, site)), 404);
}

/** Responds to errors of the client. */
function refuse(c: Context, site: Site, status: ContentfulStatusCode) {
  forbidStorage(c);
  return c.html(refusalPage(viewOf(c, site), status), status);
}

/** Responds to errors of the service, and logs them: the visitor sees only the request id, which is in the log. */
function fail(c: Context, site: Site, { log }: SiteParts, error: Error) {
  const { requestId, traceId } = exchangeOf(c);
  const facts = { requestId, traceId, method: c.req.method, path: c.req.path };
  forbidStorage(c);
  if (isDatabaseUnreachable(error)) {
    log.error(facts, `the database cannot be reached: ${databaseMessage(error)}`);
    c.header("Retry-After", String(retryAfterSeconds));
    return c.html(databaseDownPage(viewOf(c, site), requestId), 503);
  }
  log.error({ ...facts, error: describeFailure(error) }, `the request failed: ${error.name}`);
  return c.html(failedPage(viewOf(c, site), requestId), 500);
}

const forbidStorage = (c: Context) => c.header("Cache-Control", "no-store");

/**
 * A browser states the origin of a request; a client that does not is no browser and has no session of a user. Checks
 * all content types: Hono's own guard checks only those of forms.
 */
function refuseForeignWrites(hosts: SiteParts["hosts"]): MiddlewareHandler {
  return async (c, next) => {
    const writes = c.req.method !== "GET" && c.req.method !== "HEAD";
    if (writes && (isForeign(c) || !isOwnName(c, hosts))) throw new HTTPException(403);
    await next();
  };
}

/**
 * For a browser, another site's page has the same origin once its name resolves to our address (DNS rebinding). Nobody
 * else can do that with addresses and localhost.
 */
function isOwnName(c: Context, hosts: SiteParts["hosts"]): boolean {
  if (hosts === undefined) return true;
  const name = (c.req.header("host") ?? "").toLowerCase().replace(/:\d{1,5}$/, "");
  return hosts.has(name) || name === "localhost" || isIP(name.replace(/^\[([^\]]*)\]$/, "$1")) !== 0;
}

function isForeign(c: Context): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = c.req.header("origin");
  if (origin === undefined) return false;
  // Compares only the host: in front of a load balancer the scheme may differ.
  return !URL.canParse(origin) || new URL(origin).host !== c.req.header("host");
}
