/** The languages of the course's pages. */
export const languages = ["en", "fr"] as const;
export type Language = (typeof languages)[number];

export interface PhasePage {
  readonly phase: number;
  /** File name of the page without language and extension, in docs/lab. */
  readonly name: string;
  /** Templates whose cost belongs to the phase; undefined for a page without costs, `all` for the sum of all. */
  readonly costs?: readonly string[] | "all" | "more tasks";
}

export const phasePages: readonly PhasePage[] = [
  { phase: 1, name: "phase-1-plan-and-cost", costs: "all" },
  { phase: 2, name: "phase-2-analyse-the-monolith", costs: ["monolith", "network", "database"] },
  { phase: 3, name: "phase-3-development-environment", costs: ["workstation"] },
  { phase: 4, name: "phase-4-microservices-in-docker" },
  { phase: 5, name: "phase-5-registry-and-cluster", costs: ["registry", "cluster"] },
  { phase: 6, name: "phase-6-load-balancer", costs: ["load-balancer"] },
  { phase: 7, name: "phase-7-services", costs: ["services"] },
  { phase: 8, name: "phase-8-pipelines", costs: ["observability", "delivery", "pipeline"] },
  { phase: 9, name: "phase-9-adjust-and-scale", costs: "more tasks" },
];

/** As GitHub makes the anchor of a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}
