import type { Site } from "@ecs-delivery/suppliers/pages/layout";
import { listSuppliers } from "@ecs-delivery/suppliers/routes/list-suppliers";
import { showHome } from "@ecs-delivery/suppliers/routes/show-home";
import { createSite, type SiteParts } from "@ecs-delivery/suppliers/site";
import type { Hono } from "hono";

const heading = "Coffee suppliers";

export const site: Site = {
  service: "customer",
  brand: { en: heading, fr: "Fournisseurs de café" },
  basePath: "",
  home: "/",
  links: [
    { label: { en: "Customer home", fr: "Accueil clients" }, href: "/" },
    { label: { en: "Suppliers list", fr: "Liste des fournisseurs" }, href: "/suppliers" },
    { label: { en: "Administrator link", fr: "Espace administrateur" }, href: "/admin/suppliers" },
  ],
  navbar: "navbar-dark bg-dark",
};

/** The customers' half of the monolith: it only reads. */
export function createApp(parts: SiteParts): Hono {
  const app = createSite(site, parts);
  showHome(app, site);
  // A customer may see a list that is up to a second old.
  listSuppliers(app, site, { suppliers: parts.suppliers, maxAgeSeconds: 1 });
  return app;
}
