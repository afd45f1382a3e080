import type { PlannedStack } from "../cloudformation/dependencies.ts";
import { Failure } from "../failure.ts";
import { codeBlock, escapeText, fold } from "../summary.ts";
import { drawDiagram } from "./draw.ts";
import { diagramMermaid } from "./mermaid.ts";

/**
 * Shows the stacks' architecture for a summary, folded. A diagram that cannot be drawn is reported but no reason to
 * fail: a plan is right without its picture.
 */
export function architectureMarkdown(stacks: readonly PlannedStack[], region: string): string {
  try {
    const picture = codeBlock(diagramMermaid(drawDiagram(stacks, region)), "mermaid");
    return fold("Architecture", picture);
  } catch (error) {
    if (error instanceof Failure) return `No diagram: ${escapeText(error.message)}.`;
    throw error;
  }
}
