import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { parseSupplierFields, parseSupplierId } from "../domain/supplier.ts";
import type { SupplierStore, VersionedSupplier } from "../domain/supplier-queries.ts";
import { page, type Site } from "../pages/layout.ts";
import { type FormOptions, supplierForm } from "../pages/supplier-form.ts";
import { notFound, viewOf } from "../site.ts";
import { confirm } from "./list-suppliers.ts";

/** Six fields of 255 characters, percent-encoded from four-byte UTF-8, take 19 kB at most. */
const formLimitBytes = 64 * 1024;

/** Adds the pages and forms that create, change and remove a supplier. Writes redirect to the list. */
export function editSuppliers(app: Hono, site: Site, suppliers: SupplierStore): void {
  const { basePath } = site;
  const limit = bodyLimit({
    maxSize: formLimitBytes,
    onError: () => {
      throw new HTTPException(413);
    },
  });

  app.get(`${basePath}/supplier-add`, (c) => addPage(c, site, {}, 200));

  app.post(`${basePath}/supplier-add`, limit, async (c) => {
    const form = parseSupplierFields(await readForm(c));
    if (!form.valid) return addPage(c, site, { values: form.typed, problems: form.problems }, 422);
    await suppliers.add(form.fields);
    return confirm(c, site, "added");
  });

  app.get(`${basePath}/supplier-update/:id`, async (c) => {
    const id = parseSupplierId(c.req.param("id"));
    const stored = id === undefined ? undefined : await suppliers.find(id);
    return stored ? editPage(c, site, stored, {}, 200) : notFound(c, site);
  });

  app.post(`${basePath}/supplier-update`, limit, async (c) => {
    const body = await readForm(c);
    const id = parseSupplierId(body.id);
    if (id === undefined) return notFound(c, site);
    const form = parseSupplierFields(body);
    if (!form.valid) {
      const stored = await suppliers.find(id);
      if (!stored) return notFound(c, site);
      // The form still refers to the version that it was opened with.
      const opened = { ...stored, version: readVersion(body) ?? stored.version };
      return editPage(c, site, opened, { values: form.typed, problems: form.problems }, 422);
    }
    const result = await suppliers.update(id, form.fields, readVersion(body));
    if (result === "done") return confirm(c, site, "changed");
    const stored = result === "changed" ? await suppliers.find(id) : undefined;
    return stored
      ? editPage(c, site, stored, { values: form.fields, conflict: true }, 409)
      : notFound(c, site);
  });

  app.post(`${basePath}/supplier-remove/:id`, limit, async (c) => {
    const id = parseSupplierId(c.req.param("id"));
    if (id === undefined) return notFound(c, site);
    const result = await suppliers.remove(id, readVersion(await readForm(c)));
    if (result === "done") return confirm(c, site, "deleted");
    const stored = result === "changed" ? await suppliers.find(id) : undefined;
    return stored ? editPage(c, site, stored, { conflict: true }, 409) : notFound(c, site);
  });
}

function addPage(c: Context, site: Site, content: Partial<FormOptions>, status: 200 | 422) {
  const action = `${site.basePath}/supplier-add`;
  const view = { ...viewOf(c, site), path: action };
  const form = supplierForm(view, { action, ...content });
  return answer(
    c,
    page(view, view.texts.addSupplier, html`<h1>${view.texts.addSupplier}</h1>\n${form}`),
    status,
  );
}

function editPage(
  c: Context,
  site: Site,
  stored: VersionedSupplier,
  content: Partial<FormOptions>,
  status: 200 | 409 | 422,
) {
  const view = { ...viewOf(c, site), path: `${site.basePath}/supplier-update/${stored.id}` };
  const form = supplierForm(view, {
    stored,
    action: `${site.basePath}/supplier-update`,
    removeAction: `${site.basePath}/supplier-remove/${stored.id}`,
    ...content,
  });
  return answer(
    c,
    page(view, view.texts.editSupplier, html`<h1>${view.texts.editSupplier}</h1>\n${form}`),
    status,
  );
}

function answer(c: Context, content: Parameters<Context["html"]>[0], status: 200 | 409 | 422) {
  c.header("Cache-Control", "no-store");
  return c.html(content, status);
}

/** Returns the fields of a posted form; an invalid body is an error of the client. */
async function readForm(c: Context): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody();
  } catch (cause) {
    if (cause instanceof HTTPException) throw cause;
    throw new HTTPException(400, { cause });
  }
}

/** The version that the form was opened with; without one, the client overwrites the current version, as in the lab. */
const readVersion = ({ version }: Record<string, unknown>) =>
  typeof version === "string" && version !== "" ? version : undefined;
