import { architectureMarkdown } from "../../../../shared/diagram/markdown.ts";
import type { PlanSection } from "./section.ts";

/** The stacks as they will be, drawn from their templates. */
export const architectureSection: PlanSection = {
  title: "Architecture",
  write: ({ after, region }) => `### Architecture\n\n${architectureMarkdown(after, region)}`,
};
