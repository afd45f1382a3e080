import type { Icon } from "./diagram.ts";

/** Drawn for this repository, in a square of 32, as strokes of white on the colour of its family. */
export const icons: { readonly [icon in Icon]: { readonly family: Family; readonly path: string } } = {
  alarm: { family: "management", path: "M10 20V15a6 6 0 0 1 12 0v5l2 2H8zM14 24a2 2 0 0 0 4 0M16 9V7" },
  bucket: { family: "storage", path: "M8 10h16l-2 15H10zM8 10a8 2.5 0 0 1 16 0" },
  chart: { family: "management", path: "M8 8v16h16M12 20v-5M16 20v-9M20 20v-7" },
  commit: { family: "outside", path: "M16 12a4 4 0 1 0 .01 0M6 16h6M20 16h6" },
  database: {
    family: "database",
    path: "M8 10a8 3 0 0 1 16 0v12a8 3 0 0 1-16 0zM8 10a8 3 0 0 0 16 0M8 16a8 3 0 0 0 16 0",
  },
  deployment: { family: "developer", path: "M8 12h14M18 8l4 4-4 4M24 20H10M14 16l-4 4 4 4" },
  endpoint: { family: "network", path: "M16 11a5 5 0 1 0 .01 0M6 16h5M16 6v5M16 21v5" },
  event: { family: "integration", path: "M18 6l-8 12h6l-2 8 8-12h-6z" },
  gateway: { family: "network", path: "M7 8v16M25 8v16M7 16h15M18 12l4 4-4 4" },
  identity: { family: "security", path: "M16 6l9 3v7c0 5-4 8-9 10-5-2-9-5-9-10V9zM12 16l3 3 5-6" },
  key: { family: "security", path: "M12 12a4 4 0 1 0 .01 0M15 19l9-9M21 13l3 3" },
  listener: { family: "network", path: "M6 16h8M14 16l8-7M14 16l8 7M22 9h3M22 23h3" },
  log: { family: "management", path: "M9 6h10l4 4v16H9zM12 13h8M12 17h8M12 21h5" },
  people: { family: "outside", path: "M16 8a4 4 0 1 0 .01 0M8 25c0-5 3-8 8-8s8 3 8 8" },
  pipeline: { family: "developer", path: "M6 11h5l4 5-4 5H6l4-5zM17 11h5l4 5-4 5h-5l4-5z" },
  registry: { family: "compute", path: "M7 12l9-5 9 5v9l-9 5-9-5zM7 12l9 5 9-5M16 17v9" },
  repository: {
    family: "developer",
    path: "M11 8v16M11 13c0 6 10 1 10 8M11 6a2 2 0 1 0 .01 0M11 22a2 2 0 1 0 .01 0M21 21a2 2 0 1 0 .01 0",
  },
  role: { family: "security", path: "M8 8h16v16H8zM16 11a3 3 0 1 0 .01 0M11 22c0-4 2-5 5-5s5 1 5 5" },
  scaling: {
    family: "management",
    path: "M12 12h8v8h-8zM6 6h5M6 6v5M26 26h-5M26 26v-5M26 6h-5M26 6v5M6 26h5M6 26v-5",
  },
  secret: { family: "security", path: "M9 15h14v10H9zM12 15v-3a4 4 0 0 1 8 0v3M16 19v3" },
  server: { family: "compute", path: "M8 8h16v7H8zM8 17h16v7H8zM11 11.500h3M11 20.500h3" },
  targets: { family: "network", path: "M16 7a9 9 0 1 0 .01 0M16 12a4 4 0 1 0 .01 0" },
  tasks: { family: "compute", path: "M7 9h8v8H7zM17 15h8v8h-8zM18 9h7M7 21h7" },
  terminal: { family: "developer", path: "M6 8h20v16H6zM10 13l3 3-3 3M16 19h5" },
};

/** Kinds of services that AWS distinguishes by colour. */
export type Family =
  | "compute"
  | "database"
  | "developer"
  | "integration"
  | "management"
  | "network"
  | "outside"
  | "security"
  | "storage";
