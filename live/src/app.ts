import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE } from "hono/streaming";
import type { Access } from "./access.ts";
import { renderDocument } from "./document.ts";
import { languageOf, loadTabs, type PageExtension, tabOf } from "./tabs.ts";
import type { Watch, WatchClock } from "./watch.ts";

interface AppOptions {
  readonly watch: Watch;
  readonly clock: WatchClock;
  readonly extensions: readonly PageExtension[];
  readonly host: string;
  readonly access: Access;
}

/** A browser learns within this time that the server is alive. */
const heartbeatMs = 10_000;
/** A page is rendered without news if AWS does not respond in time. */
const firstLookMs = 4_000;
/** More than the tabs of several users; each stream takes memory and work. */
const mostStreams = 50;

export async function createApp({ watch, clock, extensions, host, access }: AppOptions): Promise<Hono> {
  const app = new Hono({ strict: false });
  app.use(refuseOtherHosts(host));
  app.use(safeHeaders);
  serveFiles(app, "/files", await readFiles(new URL("../browser/", import.meta.url)));
  for (const { name, folder } of extensions) serveFiles(app, `/x/${name}`, await readFiles(folder));
  for (const { name, routes } of extensions) {
    const own = new Hono();
    routes?.(own, access.mayOperate);
    app.route(`/${name}`, own);
  }
  const tabs = await loadTabs(extensions);
  const accessOf = (c: Context) => ({ mayOperate: access.mayOperate(c) });
  let streams = 0;

  app.get("/events", (c) => {
    // Hono responds to HEAD like to GET, and never ends the stream that it discards.
    if (c.req.method !== "GET") return c.body(null, 405);
    if (streams >= mostStreams)
      return c.text(`This page has ${mostStreams} open streams. Fix: close some of its tabs.\n`, 503);
    c.header("X-Accel-Buffering", "no");
    return streamSSE(c, async (stream) => {
      streams += 1;
      const ending = new AbortController();
      stream.onAbort(() => ending.abort());
      const beat = setInterval(() => void stream.writeSSE({ event: "alive", data: "" }), heartbeatMs);
      try {
        const lastId = c.req.header("last-event-id");
        for await (const { id, kind, ...data } of watch.follow(lastId, ending.signal)) {
          const set = kind === "snapshot" ? { ...data.set, access: accessOf(c) } : data.set;
          await stream.writeSSE({ id, event: kind, data: JSON.stringify({ ...data, set }), retry: 1000 });
        }
      } finally {
        streams -= 1;
        clearInterval(beat);
      }
    });
  });
  app.get("*", async (c) => {
    c.header("Cache-Control", "no-store");
    const entered = access.enter(c);
    if (entered) return entered;
    const path = new URL(c.req.url).pathname;
    const tab = tabOf(tabs, path);
    await Promise.race([watch.refresh(), new Promise((resolve) => setTimeout(resolve, firstLookMs).unref())]);
    c.header("Vary", "Accept-Language");
    const language = languageOf(c);
    const search = new URL(c.req.url).search;
    const parts = new Map(watch.parts).set("access", accessOf(c));
    const page = renderDocument({ tabs, tab, path, search, language, parts, now: clock.now() });
    return c.html(page, tab ? 200 : 404);
  });
  return app;
}

/** A page of another site that reaches this server under its own name (DNS rebinding) gets nothing. */
function refuseOtherHosts(host: string): MiddlewareHandler {
  const known = ["127.0.0.1", "localhost", "[::1]", host];
  return async (c, next) => {
    const name = (c.req.header("host") ?? "").replace(/:\d+$/, "").toLowerCase();
    if (known.includes(name)) return next();
    return c.text(`This server has no host "${name}". Fix: open it as ${known.join(" or ")}.\n`, 403);
  };
}

const safeHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: "same-origin",
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
});

const types: Readonly<Record<string, string>> = {
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

interface File {
  readonly content: Buffer<ArrayBuffer>;
  readonly type: string;
  readonly tag: string;
}

/** Reads the scripts, styles and pictures of a folder. */
async function readFiles(folder: string | URL): Promise<Map<string, File>> {
  const path = folder instanceof URL ? fileURLToPath(folder) : folder;
  const names = (await readdir(path)).filter((name) => extname(name) in types);
  const files = await Promise.all(
    names.map(async (name): Promise<[string, File]> => {
      const content = await readFile(`${path}/${name}`);
      const tag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 16)}"`;
      return [name, { content, type: types[extname(name)] ?? "", tag }];
    }),
  );
  return new Map(files);
}

function serveFiles(app: Hono, path: string, files: ReadonlyMap<string, File>): void {
  app.get(`${path}/:name`, (c) => {
    const file = files.get(c.req.param("name"));
    if (!file) return c.text("This file does not exist.\n", 404);
    // Revalidated on each use: a browser never mixes files of two versions.
    const headers = { ETag: file.tag, "Cache-Control": "no-cache" };
    if (c.req.header("if-none-match") === file.tag) return c.body(null, 304, headers);
    return c.body(file.content, 200, { ...headers, "Content-Type": file.type });
  });
}
