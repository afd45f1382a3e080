import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SolutionFile } from "../progress/help.ts";

/** Returns the files of both services after step 4.3 of the guide, made of the monolith's by the edits that it lists. */
export async function splitMonolith(): Promise<SolutionFile[]> {
  const folder = join(import.meta.dirname, "monolith");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths
    .filter((path) => !path.includes("/node_modules/"))
    .sort()
    .map(async (path) => ({ path: path.slice(folder.length + 1), text: await readFile(path, "utf8") }));
  const monolith = await Promise.all(files);
  return [
    ...monolith.filter(({ path }) => !writes.test(path)).map((file) => edited("customer", file)),
    ...monolith.filter(({ path }) => path !== "views/home.html").map((file) => edited("employee", file)),
  ];
}

/** Pages that only the employees have. */
const writes = /^views\/(?:supplier-|fields)/;

type Edit = (text: string) => string;

const navigation =
  (title: string, links: string): Edit =>
  (text) =>
    text
      .replaceAll("Coffee suppliers", title)
      .replace(
        /<a class="nav-link" href="\/">Home<\/a>\n/,
        `${links.replace(/^/gm, '<a class="nav-link" ')}\n`,
      );
const port: Edit = (text) => text.replace("APP_PORT || 80", "APP_PORT || 8080");
/** Paths in quotes, and the home page itself. */
const underAdmin: Edit = (text) => text.replaceAll('"/', '"/admin/').replaceAll('"/admin/"', '"/admin"');

const edits: Readonly<Record<"customer" | "employee", Readonly<Record<string, Edit>>>> = {
  customer: {
    "index.js": (text) => port(text.replace(/^app\.\w+\("\/supplier-.*\n/gm, "")),
    "controller/supplier.js": (text) =>
      text.replace(/^const required[\s\S]*?^(?=const onPage)/m, "").replace(/^exports\.form[\s\S]*/m, ""),
    "model/supplier.js": (text) =>
      text.replace(/^const columns[\s\S]*?^(?=exports\.all)/m, "").replace(/^exports\.find[\s\S]*/m, ""),
    "views/nav.html": navigation(
      "Coffee suppliers",
      'href="/">Customer home</a>\nhref="/admin/suppliers">Administrator link</a>',
    ),
    "views/suppliers.html": (text) =>
      text
        .replace("<th></th>", "")
        .replace(/^<td><a class="badge".*\n/m, "")
        .replace(/^<p>.*Add a new.*\n/m, ""),
  },
  employee: {
    "index.js": (text) =>
      port(underAdmin(text).replace('response.render("home")', 'response.redirect("/admin/suppliers")')),
    "controller/supplier.js": underAdmin,
    "views/nav.html": (text) =>
      navigation(
        "Manage coffee suppliers",
        'href="/admin/suppliers">Administrator home</a>\nhref="/">Customer home</a>',
      )(text)
        .replace('"/css/', '"/admin/css/')
        .replace('navbar-brand" href="/"', 'navbar-brand" href="/admin/suppliers"'),
    "views/suppliers.html": underAdmin,
    "views/supplier-add.html": underAdmin,
    "views/supplier-update.html": underAdmin,
  },
};

function edited(service: "customer" | "employee", { path, text }: SolutionFile): SolutionFile {
  return { path: `${service}/${path}`, text: edits[service][path]?.(text) ?? text };
}
