import { isIP } from "node:net";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { createLRU } from "lru.min";
import type { RateLimiterRes } from "rate-limiter-flexible";
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import { databaseMessage, isDatabaseUnreachable } from "./database/database-failure.ts";
import type { SupplierStore } from "./domain/supplier-queries.ts";
import { languageOf, localPath, switchLanguage } from "./language.ts";
import { describeFailure } from "./log.ts";
import { exchangeOf } from "./operations/exchange.ts";
import { assetPath, createView, listPath, type Markup, page, type Site, type View } from "./pages/layout.ts";
import { stylesheet, stylesheetVersion } from "./pages/stylesheet.ts";
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
 * A browser states the origin of a request; a client that does not is not a browser and has no session of a user. Checks
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

/** A coffee cup for the browser's tab. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#4b2e1e"/><path d="M7 12h15v7a6 6 0 0 1-6 6h-3a6 6 0 0 1-6-6z" fill="#f6ede4"/><path d="M22 14h1.5a3.5 3.5 0 0 1 0 7H22" fill="none" stroke="#f6ede4" stroke-width="2"/><path d="M11 9c0-2 2-2 2-4m4 4c0-2 2-2 2-4" fill="none" stroke="#d9a066" stroke-width="1.6" stroke-linecap="round"/></svg>
`;

/** Serves the stylesheet and the icon under the service's own base path. */
function serveAssets(app: Hono, site: Site): void {
  app.get(assetPath(site, "style.css"), (c) => {
    const isOurs = c.req.query("v") === stylesheetVersion;
    return serve(c, stylesheet, "text/css; charset=utf-8", isOurs ? keepForGood : keepForAnHour);
  });
  app.get(assetPath(site, "icon.svg"), (c) => serve(c, icon, "image/svg+xml", keepForAnHour));
}

const keepForGood = "public, max-age=31536000, immutable";
/** Responses to pages of another release, while both are running, must not be cached as that release's. */
const keepForAnHour = "public, max-age=3600";

const serve = (c: Context, content: string, type: string, keep: string) =>
  c.body(content, 200, { "Content-Type": type, "Cache-Control": keep });

/**
 * A class of thirty behind one address, each submitting a form every fifteen seconds: faster than anyone types six
 * fields. A script that fills the table is limited to two rows a second.
 */
export const writesPerMinute = 120;
const secondsPerMinute = 60;

/**
 * The limiter forgets an address a minute after its first write. This is the maximum number that it keeps, some 5 MB.
 */
export const mostAddresses = 10_000;

/**
 * Refuses a POST with 429 and Retry-After when its address has sent more than its share. Each task counts for itself.
 */
export function limitWrites(): MiddlewareHandler {
  const limiter = new RateLimiterMemory({ points: writesPerMinute, duration: secondsPerMinute });
  const addresses = createLRU<string, true>({
    max: mostAddresses,
    onEviction: (address) => void limiter.delete(address),
  });
  return async (c, next) => {
    if (c.req.method !== "POST") return next();
    const { client = "unknown" } = exchangeOf(c);
    // Setting it again would evict it.
    if (!addresses.get(client)) addresses.set(client, true);
    try {
      await limiter.consume(client);
    } catch (refusal) {
      const { msBeforeNext } = refusal as RateLimiterRes;
      c.header("Retry-After", String(Math.ceil(msBeforeNext / 1000)));
      throw new HTTPException(429);
    }
    await next();
  };
}

function notFoundPage(view: View): Markup {
  const { texts } = view;
  return errorPage(view, texts.notFoundTitle, texts.notFound);
}

/** Explains a client's error, by status code. */
function refusalPage(view: View, status: number): Markup {
  const { texts } = view;
  const sentences: Record<number, string> = {
    403: texts.foreignForm,
    413: texts.tooLarge,
    429: texts.tooManyWrites,
  };
  return errorPage(view, texts.badRequestTitle, sentences[status] ?? texts.badRequest);
}

/** The id of the request is also in the log; a visitor can quote it. */
function databaseDownPage(view: View, requestId: string | undefined): Markup {
  const { texts } = view;
  const advice = withReference(view, texts.databaseDownAdvice, requestId);
  return errorPage(view, texts.databaseDownTitle, texts.databaseDown, advice);
}

function failedPage(view: View, requestId: string | undefined): Markup {
  const { texts } = view;
  return errorPage(view, texts.failedTitle, texts.failed, withReference(view, texts.failedAdvice, requestId));
}

function withReference({ texts }: View, advice: string, requestId: string | undefined): Markup {
  return requestId
    ? html`${advice}<br>
${texts.reference} <code>${requestId}</code>`
    : html`${advice}`;
}

function errorPage(view: View, title: string, sentence: string, advice?: Markup): Markup {
  const content = html`<div class="message"><h1>${sentence}</h1>
${advice ? html`<p>${advice}</p>\n` : ""}<p><a class="button secondary" href="${listPath(view.site)}">${view.texts.listOfSuppliers}</a></p></div>`;
  return page(view, title, content);
}
