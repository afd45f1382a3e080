import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { databaseMessage, isDatabaseUnreachable } from "./database-failure.ts";
import { page, type Site, stylesheetPath } from "./pages/layout.ts";
import { stylesheet } from "./pages/stylesheet.ts";

/** Seconds after which a page that had no database may be asked for again. */
const retryAfterSeconds = 5;

/** Six fields of 255 characters, percent-encoded from four-byte UTF-8, take 19 kB at most. */
const formLimitBytes = 64 * 1024;

/**
 * An app with what every service has: safe headers, the stylesheet, a liveness path (`<basePath>/health`, which
 * asks nothing of the database) and the error pages. `log` gets one line per failure.
 */
export function createSite(site: Site, log: (line: string) => void): Hono {
  // Not strict: the lab's `/suppliers/` is `/suppliers`.
  const app = new Hono({ strict: false });
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], formAction: ["'self'"] },
      // Whether there is TLS is known to the load balancer only.
      strictTransportSecurity: false,
      xFrameOptions: "DENY",
    }),
  );
  app.use(refuseForeignForms());
  app.use(bodyLimit({ maxSize: formLimitBytes }));
  app.get(`${site.basePath}/health`, (c) => c.text("ok\n"));
  app.get(stylesheetPath(site), (c) =>
    c.body(stylesheet, 200, {
      "Content-Type": "text/css; charset=utf-8",
      // Short, since the next release serves its own under the same name.
      "Cache-Control": "public, max-age=300",
    }),
  );
  app.notFound((c) => notFound(c, site));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    if (isDatabaseUnreachable(error)) {
      log(`${c.req.method} ${c.req.path}: the database cannot be reached: ${databaseMessage(error)}`);
      return databaseDown(c, site);
    }
    log(`${c.req.method} ${c.req.path} failed: ${error.stack}`);
    return failed(c, site);
  });
  return app;
}

/** The fields of a posted form; a body that is none is the client's fault. */
export async function readForm(c: Context): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody();
  } catch (cause) {
    throw new HTTPException(400, { message: "The form could not be read", cause });
  }
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

export function notFound(c: Context, site: Site) {
  const sentence = "Sorry, we don't seem to have that page in stock";
  return c.html(page(site, "Page not found", html`<h1>${sentence}</h1>`), 404);
}

function databaseDown(c: Context, site: Site) {
  c.header("Retry-After", String(retryAfterSeconds));
  const content = html`<h1>The suppliers cannot be reached</h1>
<p>The database does not answer. Please try again in a moment.</p>`;
  return c.html(page(site, "Database unavailable", content), 503);
}

function failed(c: Context, site: Site) {
  const content = html`<h1>Something went wrong</h1>
<p>The error has been logged.</p>`;
  return c.html(page(site, "Error", content), 500);
}
