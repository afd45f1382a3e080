import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "./report.ts";
import { reportHtml } from "./report-html.ts";
import { reportMarkdown } from "./report-markdown.ts";

/** Writes the report for programs, for readers of text, and as a page. */
export async function writeReport(directory: string, report: Report): Promise<void> {
  await mkdir(join(directory, "report"), { recursive: true });
  await writeFile(join(directory, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(directory, "report.md"), reportMarkdown(report));
  await writeFile(join(directory, "report", "index.html"), reportHtml(report));
}
