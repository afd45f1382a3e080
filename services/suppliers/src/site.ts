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

/** What a service is given from outside. */
export interface SiteParts extends HealthParts {
  readonly suppliers: SupplierStore;
  /** Names of the site, without ports, that writes may be sent to; any name without them. */
  readonly hosts?: ReadonlySet<string> | undefined;
}

/** Seconds after which a page that had no database may be asked for again. */
const retryAfterSeconds = 5;

/** An app with what every service has: safe headers, health, the language switch, assets, error pages, a limit to writes. */
export function createSite(site: Site, parts: SiteParts): Hono {
  // Not strict: the lab's `/suppliers/` is `/suppliers`.
  const app = new Hono({ strict: false });
  app.use(safeHeaders());
  app.use((c, next) => {
    c.header("X-Request-Id", exchangeOf(c).requestId);
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
    // Without any referrer a browser hides, over plain HTTP, that a form comes from our own page: `Origin: null`.
    referrerPolicy: "same-origin",
    // They tamed Flash and browsers long gone, and each costs every answer a microsecond.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    // Whether there is TLS is known to the load balancer only.
    strictTransportSecurity: false,
    xFrameOptions: "DENY",
  });
}

/** What the page that answers this request needs to know of it. */
export function viewOf(c: Context, site: Site): View {
  // What answers a posted form leads, in the other language, to a page that is there.
  const path = c.req.method === "POST" ? listPath(site) : localPath(c.req.url);
  c.header("Vary", "Accept-Language, Cookie");
  return createView(site, languageOf(c), path);
}

export function notFound(c: Context, site: Site) {
  forbidStorage(c);
  return c.html(notFoundPage(viewOf(c, site)), 404);
}

/** Answers what is the client's fault. */
function refuse(c: Context, site: Site, status: ContentfulStatusCode) {
  forbidStorage(c);
  return c.html(refusalPage(viewOf(c, site), status), status);
}

/** Answers, and logs, what is ours: the visitor learns no more than the id under which it stands in the log. */
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
 * A browser says where a request comes from; a client that says nothing is no browser and carries no one's session.
 * Whatever its content is called: Hono's own guard looks at the types of forms only.
 */
function refuseForeignWrites(hosts: SiteParts["hosts"]): MiddlewareHandler {
  return async (c, next) => {
    const writes = c.req.method !== "GET" && c.req.method !== "HEAD";
    if (writes && (isForeign(c) || !isOwnName(c, hosts))) throw new HTTPException(403);
    await next();
  };
}

/**
 * A page of another site is of the same origin as ours once its name leads to our address (DNS rebinding). Addresses
 * and localhost are no names that somebody else could lead anywhere.
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
  // The host alone: in front of a load balancer the scheme may be another.
  return !URL.canParse(origin) || new URL(origin).host !== c.req.header("host");
}
