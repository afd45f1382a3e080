/** A feature that this runner does not support, or that GitHub does not know either. The message includes its place. */
export class WorkflowRefused extends Error {
  override name = "WorkflowRefused";
}

/** @param place file, and line when known: `.github/workflows/deploy.yml:12` */
export function refuse(place: string, subject: string, allowed: readonly string[]): WorkflowRefused {
  return new WorkflowRefused(
    `${place}: this runner does not know ${subject}; it knows ${allowed.map((name) => `'${name}'`).join(", ")}`,
  );
}
