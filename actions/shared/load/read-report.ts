import { readFile } from "node:fs/promises";
import { Failure } from "../failure.ts";
import { decodeHistogram } from "./histogram.ts";
import type { LoadReport } from "./report.ts";

/** Reads the load report in a file; refuses one that is no report, of another version, or incomplete. */
export async function readReport(file: string): Promise<LoadReport> {
  const nextStep = "use files that run-load-test has written (its input report).";
  const refuse = (why: string, cause?: unknown) => new Failure(`${file} ${why}`, { nextStep, cause });
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw refuse(`cannot be read: ${error.message}`, error);
  });
  let report: Partial<LoadReport> | null;
  try {
    report = JSON.parse(text) as Partial<LoadReport> | null;
  } catch (error) {
    throw refuse(`is not JSON: ${(error as Error).message}`, error);
  }
  if (typeof report?.histogram !== "string" || !Array.isArray(report.timeline) || !report.generator)
    throw refuse("is not a load report");
  const version: unknown = report.version;
  if (version !== 1)
    throw refuse(`is a load report of version ${version}, but this action only reads version 1`);
  try {
    decodeHistogram(report.histogram);
  } catch (error) {
    throw refuse(`has a histogram that cannot be read: ${(error as Error).message}`, error);
  }
  return report as LoadReport;
}
