import type { Site } from "@ecs-delivery/suppliers/pages/layout";
import { page } from "@ecs-delivery/suppliers/pages/layout";
import { type FormOptions, supplierForm } from "@ecs-delivery/suppliers/pages/supplier-form";
import { supplierTable } from "@ecs-delivery/suppliers/pages/supplier-table";
import { createSite, notFound, readForm } from "@ecs-delivery/suppliers/site";
import { parseSupplierForm, parseSupplierId } from "@ecs-delivery/suppliers/supplier";
import type { SupplierStore } from "@ecs-delivery/suppliers/supplier-queries";
import type { Hono } from "hono";
import { html } from "hono/html";

const list = "/admin/suppliers";
const title = "Manage coffee suppliers";

const site: Site = {
  brand: title,
  basePath: "/admin",
  home: list,
  links: [
    { label: "Administrator home", href: list },
    { label: "Suppliers list", href: list },
    { label: "Customer home", href: "/" },
  ],
  navbar: "navbar-dark bg-dark",
};

/** The employees' half of the monolith: everything under `/admin`. */
export function createApp(parts: { suppliers: SupplierStore; log: (line: string) => void }): Hono {
  const { suppliers, log } = parts;
  const app = createSite(site, log);

  app.get("/admin", (c) => c.redirect(list));

  app.get(list, async (c) => {
    const table = supplierTable(await suppliers.list(), {
      editPath: ({ id }) => `/admin/supplier-update/${id}`,
    });
    return c.html(
      page(
        site,
        title,
        html`<h1>All suppliers</h1>
${table}
<a class="button" href="/admin/supplier-add">Add a new supplier</a>`,
      ),
    );
  });

  app.get("/admin/supplier-add", (c) => c.html(addPage({})));

  app.post("/admin/supplier-add", async (c) => {
    const form = parseSupplierForm(await readForm(c));
    if (!form.valid) return c.html(addPage({ values: form.typed, errors: form.errors }), 422);
    await suppliers.add(form.fields);
    return c.redirect(list);
  });

  app.get("/admin/supplier-update/:id", async (c) => {
    const id = parseSupplierId(c.req.param("id"));
    const supplier = id === undefined ? undefined : await suppliers.find(id);
    if (!supplier) return notFound(c, site);
    return c.html(editPage(supplier.id, { values: supplier }));
  });

  app.post("/admin/supplier-update", async (c) => {
    const body = await readForm(c);
    const id = parseSupplierId(body.id);
    if (id === undefined) return notFound(c, site);
    const form = parseSupplierForm(body);
    if (!form.valid) return c.html(editPage(id, { values: form.typed, errors: form.errors }), 422);
    return (await suppliers.update(id, form.fields)) ? c.redirect(list) : notFound(c, site);
  });

  app.post("/admin/supplier-remove/:id", async (c) => {
    const id = parseSupplierId(c.req.param("id"));
    const removed = id !== undefined && (await suppliers.remove(id));
    return removed ? c.redirect(list) : notFound(c, site);
  });

  return app;
}

type FormContent = Pick<FormOptions, "values" | "errors">;

function addPage(content: FormContent) {
  const form = supplierForm({ action: "/admin/supplier-add", cancelPath: list, ...content });
  return page(site, "Add a supplier", html`<h1>Add a supplier</h1>\n${form}`);
}

function editPage(id: number, content: FormContent) {
  const form = supplierForm({
    id,
    action: "/admin/supplier-update",
    cancelPath: list,
    removeAction: `/admin/supplier-remove/${id}`,
    ...content,
  });
  return page(site, "Edit a supplier", html`<h1>Edit a supplier</h1>\n${form}`);
}
