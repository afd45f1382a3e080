import type { Finding } from "./findings.ts";
import { escapeText } from "./summary.ts";

/** Returns a Markdown list, as there may be many; in the annotation they are one sentence. */
export function findingsList(findings: readonly Finding[]): string {
  const items = findings.map(({ text, fix, kind }) => {
    const head = kind === "unchecked" ? `Could not check: ${text}` : text;
    const sign = kind === undefined ? "❌" : kind === "note" ? "ℹ️" : "⚠️";
    return `- ${sign} ${escapeText(head)}${fix ? `\\\n  → ${escapeText(fix)}` : ""}`;
  });
  return items.join("\n");
}
