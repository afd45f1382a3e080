import type { Site } from "@ecs-delivery/suppliers/pages/layout";
import { editSuppliers } from "@ecs-delivery/suppliers/routes/edit-suppliers";
import { listSuppliers } from "@ecs-delivery/suppliers/routes/list-suppliers";
import { createSite, type SiteParts } from "@ecs-delivery/suppliers/site";
import type { Hono } from "hono";

const heading = "Manage coffee suppliers";

export const site: Site = {
  service: "employee",
  brand: { en: heading, fr: "Gestion des fournisseurs de café" },
  basePath: "/admin",
  home: "/admin/suppliers",
  links: [
    { label: { en: "Administrator home", fr: "Accueil administrateur" }, href: "/admin/suppliers" },
    { label: { en: "Customer home", fr: "Accueil clients" }, href: "/" },
  ],
  navbar: "navbar-dark bg-dark",
};

/** The employees' half of the monolith: it reads and writes, everything under `/admin`. */
export function createApp(parts: SiteParts): Hono {
  const app = createSite(site, parts);
  app.get("/admin", (c) => c.redirect(site.home));
  listSuppliers(app, site, { suppliers: parts.suppliers, editable: true });
  editSuppliers(app, site, parts.suppliers);
  return app;
}
