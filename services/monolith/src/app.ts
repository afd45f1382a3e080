import type { Site } from "@ecs-delivery/suppliers/pages/layout";
import { editSuppliers } from "@ecs-delivery/suppliers/routes/edit-suppliers";
import { listSuppliers } from "@ecs-delivery/suppliers/routes/list-suppliers";
import { showHome } from "@ecs-delivery/suppliers/routes/show-home";
import { createSite, type SiteParts } from "@ecs-delivery/suppliers/site";
import type { Hono } from "hono";

const heading = "Coffee suppliers";

export const site: Site = {
  service: "monolith",
  brand: { en: heading, fr: "Fournisseurs de café" },
  basePath: "",
  home: "/",
  links: [
    { label: { en: "Home", fr: "Accueil" }, href: "/" },
    { label: { en: "Suppliers list", fr: "Liste des fournisseurs" }, href: "/suppliers" },
  ],
  navbar: "navbar-dark bg-dark",
};

/** The application before it is split: customers and employees share one service, and one address for all. */
export function createApp(parts: SiteParts): Hono {
  const app = createSite(site, parts);
  showHome(app, site);
  listSuppliers(app, site, { suppliers: parts.suppliers, editable: true });
  editSuppliers(app, site, parts.suppliers);
  return app;
}
