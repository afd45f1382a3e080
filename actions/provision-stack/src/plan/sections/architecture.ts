import { architectureMarkdown } from "../../../../shared/diagram/mermaid.ts";
import type { PlanSection } from "./section.ts";

/** Shows the planned stacks, drawn from their templates. */
export const architectureSection: PlanSection = {
  title: "Architecture",
  write: ({ after, region }) => architectureMarkdown(after, region),
};
