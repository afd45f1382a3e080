import type { Site } from "@ecs-delivery/suppliers/pages/layout";
import { page } from "@ecs-delivery/suppliers/pages/layout";
import { supplierTable } from "@ecs-delivery/suppliers/pages/supplier-table";
import { createSite } from "@ecs-delivery/suppliers/site";
import type { SupplierReader } from "@ecs-delivery/suppliers/supplier-queries";
import type { Hono } from "hono";
import { html } from "hono/html";

const heading = "Coffee suppliers";

const site: Site = {
  brand: heading,
  basePath: "",
  home: "/",
  links: [
    { label: "Customer home", href: "/" },
    { label: "Suppliers list", href: "/suppliers" },
    { label: "Administrator link", href: "/admin/suppliers" },
  ],
  navbar: "navbar-dark bg-dark",
};

/** The customers' half of the monolith: read-only. */
export function createApp(parts: { suppliers: SupplierReader; log: (line: string) => void }): Hono {
  const { suppliers, log } = parts;
  const app = createSite(site, log);

  app.get("/", (c) =>
    c.html(
      page(
        site,
        heading,
        html`<h1>${heading}</h1>
<p>Welcome. Here is <a href="/suppliers">the list of suppliers</a> we buy our coffee from.</p>`,
      ),
    ),
  );

  app.get("/suppliers", async (c) => {
    const table = supplierTable(await suppliers.list());
    return c.html(page(site, "All suppliers", html`<h1>All suppliers</h1>\n${table}`));
  });

  return app;
}
