import type { RequestListener } from "node:http";
import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import type { ServiceName } from "./parts.ts";

const fields = ["name", "address", "city", "state", "email", "phone"];

export interface PageOptions {
  /** Prefix of the paths that it serves. */
  readonly base: "" | "/admin";
  /** Whether it adds, changes and deletes. */
  readonly edits: boolean;
  readonly title: string;
  readonly brand: string;
  readonly navbar: string;
  /** Prefix of links and forms, and of redirects; by default the base. */
  readonly links?: string;
  readonly redirects?: string;
  /** The course's program responds with 200 when its database fails. */
  readonly isDown?: boolean;
}

export const roleOf: Readonly<Record<ServiceName | "monolith", PageOptions>> = {
  customer: {
    ...{ base: "", edits: false, title: "Coffee suppliers", brand: "Coffee suppliers" },
    navbar: "navbar-dark bg-dark",
  },
  employee: {
    ...{ base: "/admin", edits: true, title: "Manage coffee suppliers", brand: "Manage coffee suppliers" },
    navbar: "navbar-light bg-light",
  },
  monolith: {
    ...{ base: "", edits: true, title: "Coffee suppliers", brand: "Monolithic Coffee suppliers" },
    navbar: "navbar-dark bg-dark",
  },
};

/**
 * Programs that respond as the course's do, with their faults: they state a missing supplier as JSON, and a failed
 * database with 200. A test changes what a running program serves.
 */
export function createCourseSite() {
  const rows = new Map<string, Readonly<Record<string, string>>>();
  const serve = (options: PageOptions) => courseHandler(rows, options);
  const now = { customer: serve(roleOf.customer), employee: serve(roleOf.employee) };
  const program =
    (service: ServiceName): Program =>
    ({ listen }) => {
      listen(8080, (request, response) => now[service](request, response));
    };
  return { rows, serve, now, programs: { customer: program("customer"), employee: program("employee") } };
}

function courseHandler(
  rows: Map<string, Readonly<Record<string, string>>>,
  options: PageOptions,
): RequestListener {
  const { base, edits, title, brand, navbar, links = base, redirects = base, isDown = false } = options;
  const page = (content: string) =>
    `<html><head><title>${title}</title></head><body><nav class="navbar ${navbar}"><a class="navbar-brand" href="/supplier">${brand}</a><a href="/suppliers">Suppliers list</a></nav>${content}</body></html>`;
  const error = page(
    '<h1>There was an error</h1><p class="lead">Sorry</p><a href="/">Return to home page</a>',
  );
  const form = (path: string, id = "") =>
    `<form action="${links}${path}" method="POST"><input type="hidden" name="id" value="${id}">${fields.map((name) => `<input name="${name}" value="${rows.get(id)?.[name] ?? ""}">`).join("")}</form>`;
  const list =
    () => `<h1>All suppliers</h1><table><tr>${fields.map((name) => `<th>${name}</th>`).join("")}</tr>
${[...rows].map(([id, row]) => `<tr>${fields.map((name) => `<td>${row[name]}</td>`).join("")}<td>${edits ? `<a href="${links}/supplier-update/${id}">edit</a>` : ""}</td></tr>`).join("\n")}
</table>${edits ? `<a href="${links}/supplier-add">Add a new supplier</a>` : ""}`;
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const path = pathname.startsWith(base) ? pathname.slice(base.length) : "/nothing";
    const [, action, id = ""] = /^\/(supplier-\w+)\/?(\w*)/.exec(edits ? path : "") ?? [];
    const chunks = await request.toArray();
    const given = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    const isPost = request.method === "POST";
    const send = (status: number, text: string, type = "text/html", location = "") =>
      response.writeHead(status, { "content-type": type, ...(location && { location }) }).end(text);
    const moved = () => send(302, "", "text/html", `${redirects}/suppliers`);
    const absent = () => send(404, '{"message":"Not found"}', "application/json");
    if (isDown && path !== "/" && path !== "") send(200, error);
    else if (!isPost && /^\/?$/.test(path)) send(200, page("<h1>Welcome</h1>"));
    else if (!isPost && /^\/suppliers\/?$/.test(path)) send(200, page(list()));
    else if (action === "supplier-add" && !isPost) send(200, page(form("/supplier-add")));
    else if (action === "supplier-add" || (action === "supplier-update" && isPost)) {
      const key = given.id || `${rows.size + 1}`;
      if (!given.name) send(200, page(form(`/${action}`)));
      else if (action === "supplier-update" && !rows.has(key)) absent();
      else {
        rows.set(key, given);
        moved();
      }
    } else if (action === "supplier-update")
      rows.has(id)
        ? send(200, page(form("/supplier-update", id) + form(`/supplier-remove/${id}`, id)))
        : absent();
    else if (action === "supplier-remove" && isPost) rows.delete(id) ? moved() : absent();
    else send(404, page("<h1>404</h1><p>Sorry, we don't have that page</p>"));
  };
}
