import { html } from "hono/html";
import type { SupplierStore } from "./domain/supplier-queries.ts";
import type { Site } from "./pages/layout.ts";
import type { SiteParts } from "./site.ts";

/** Returns an app's dependencies, with a log that keeps its messages in `logged`. */
export function partsForTests(database: { suppliers: SupplierStore; ping: () => Promise<void> }) {
  const logged: string[] = [];
  const keep = (_facts: object, message: string) => void logged.push(message);
  const parts: SiteParts = {
    suppliers: database.suppliers,
    log: { info: keep, warn: keep, error: keep },
    release: { version: "1.0.0", image: null, revision: null },
    checkReady: () => database.ping(),
  };
  return { ...parts, logged };
}

/** Returns what an English page at `path` shows of its site, for any texts of a fork. */
export function shownOf({ brand, home, navbar, links }: Site, path: string): string[] {
  const link = ({ label, href }: Site["links"][number]) =>
    String(html`<a href="${href}"${href === path ? html` aria-current="page"` : ""}>${label.en}</a>`);
  return [
    `<header class="navbar ${navbar}">`,
    String(html`<a class="brand" href="${home}">${brand.en}</a>`),
    ...links.map(link),
  ];
}
