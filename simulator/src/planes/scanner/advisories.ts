import { readFileSync } from "node:fs";

export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"] as const;
export type Severity = (typeof severities)[number];

/** A known weakness of a distribution's package. */
export interface Advisory {
  /** `CVE-2024-5535` */
  readonly name: string;
  /** ID of os-release(5): `alpine`, `debian`, `ubuntu`. */
  readonly distribution: string;
  /** Name of the package, or of the source it is built from. */
  readonly package: string;
  /** The first version without it; every version has it while this is left out. */
  readonly fixedVersion?: string;
  readonly severity: Severity;
  readonly description?: string;
  readonly uri?: string;
  /** Additional attributes of a finding in ECR, such as CVSS3_SCORE. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Reads a JSON list of advisories. Throws a sentence that names the file and what is wrong in it. */
export function readAdvisories(file: string): Advisory[] {
  let list: unknown;
  try {
    list = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
  if (!Array.isArray(list)) throw new Error(`${file}: a JSON list of advisories is expected`);
  list.forEach((each, index) => void checkAdvisory(each, `${file}: advisory ${index + 1}`));
  return list;
}

function checkAdvisory(advisory: Record<string, unknown> | null, place: string): void {
  for (const member of ["name", "distribution", "package"])
    if (typeof advisory?.[member] !== "string") throw new Error(`${place} has no ${member}`);
  const { severity } = advisory as unknown as Advisory;
  if (!severities.includes(severity))
    throw new Error(`${place} has the severity "${severity}"; allowed: ${severities.join(", ")}`);
}
