import type { Context, Hono } from "hono";
import { icon } from "./icon.ts";
import { assetPath, type Site } from "./layout.ts";
import { stylesheet, stylesheetVersion } from "./stylesheet.ts";

/** Serves the stylesheet and the icon under the service's own base path. */
export function serveAssets(app: Hono, site: Site): void {
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
