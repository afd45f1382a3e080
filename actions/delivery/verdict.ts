import { formatDuration } from "../core/duration.ts";
import { hasFaults } from "../core/findings.ts";
import { counted } from "../core/summary.ts";
import { shortRevision } from "../ecs/revision.ts";
import { hasChanges } from "./plan/plan.ts";
import { type DeploymentRecord, isGreen, type Status, stages } from "./record.ts";

const ends: Readonly<Record<string, string>> = {
  succeeded: "deployed",
  registered: "registered",
  started: "started",
  ready: "is ready for the traffic shift",
  "traffic-shifted": "gets all traffic",
  failed: "failed",
  stopped: "stopped",
  "rolled-back": "rolled back",
  superseded: "replaced by another deployment",
  lost: "not followed to its end",
  "timed-out": "timed out",
  cancelled: "cancelled",
} satisfies Record<Exclude<Status, "planned">, string>;

/** Returns one line: service, revision and version, what happened, and whether the tasks stayed up. */
export function verdict(record: DeploymentRecord): string {
  const { settled, deployedAs } = record;
  const end = deployedAs
    ? `${endOf({ ...record, status: deployedAs })}, but not every schedule starts it`
    : endOf(record);
  return `${end}${settled && `; ${settled}`}`;
}

/** Returns what happened to one of several services, in a few words. */
export function resultOf({ status, deploymentId, plan, wayBack }: DeploymentRecord): string {
  if (!status) return "not started";
  if (wayBack) return `green but ${isGreen(wayBack) ? "" : "not "}rolled back`;
  if (status === "planned") return plan && hasChanges(plan) ? status : "nothing would change";
  if (status === "succeeded" && !deploymentId) return "already runs";
  return status === "traffic-shifted" ? status : (ends[status] ?? status);
}

/** Returns `web:5 (1.2.0) for 50 services: 48 deployed, 1 failed, 1 not started after 5 min`. */
function endOfSeveral({ status, services, revisionAfter, version, durationMs, findings }: DeploymentRecord) {
  const of = counted(services.length, "service");
  if (hasFaults(findings)) return `${of}: nothing was changed`;
  const revision = revisionAfter && `${shortRevision(revisionAfter)}${version && ` (${version})`} for `;
  const counts = [...Map.groupBy(services, resultOf)].map(([result, some]) => `${some.length} ${result}`);
  const end = status === "planned" ? ", nothing was changed" : ` after ${formatDuration(durationMs)}`;
  return `${revision}${of}: ${counts.join(", ")}${end}`;
}

/** The revision of a red end was only tried. */
function endOf(record: DeploymentRecord): string {
  if (record.services.length > 0) return endOfSeveral(record);
  const { status = "failed", service, revisionAfter, changed, deploymentId, plan, durationMs } = record;
  const name = service || "Task definition";
  if (status === "planned")
    return `${name}: ${plan && hasChanges(plan) ? "planned, nothing was changed" : "nothing would change"}`;
  const time = formatDuration(durationMs);
  const set = record.schedules.length > 0 ? "its schedules start it now" : "the desired count was set";
  const how = record.deployedAs ? "" : `, ${changed ? set : "nothing was deployed"}`;
  if (status === "succeeded" && !deploymentId) return `${labelOf(record)} already runs${how}`;
  if (record.rollback && (status === "succeeded" || status === "traffic-shifted"))
    return `${name}: rolled back ${stepOf(record)} in ${time}`;
  if (hasStage(status)) return `${labelOf(record)} ${ends[status]} after ${time}`;
  if (!revisionAfter)
    return `${name}: ${record.rollback ? "not rolled back" : "not deployed"}, ${ends[status]} after ${time}`;
  if (record.rollback) return `${name}: rollback ${stepOf(record)} ${ends[status]} after ${time}`;
  return `${name}: tried ${labelOf(record).replace(`${name}:`, "revision ")}, ${ends[status]} after ${time}`;
}

function hasStage(status: Status): boolean {
  return status === "succeeded" || stages.some((stage) => stage === status);
}

/** Returns `web:3 (1.2.0)`. */
function labelOf({ service, revisionAfter, revisionBefore, version }: DeploymentRecord): string {
  const revision = shortRevision(revisionAfter || revisionBefore);
  const name = service && !revision.startsWith(`${service}:`) ? `${service} ${revision}` : revision;
  return version ? `${name} (${version})` : name;
}

/** Returns `4 → 3 (1.2.0)`; with the names where the families differ. */
function stepOf({ undone, revisionBefore, revisionAfter, version }: DeploymentRecord): string {
  const [before, after] = [undone || revisionBefore, revisionAfter].map(shortRevision) as [string, string];
  const family = before.slice(0, before.lastIndexOf(":") + 1);
  const step = after.startsWith(family)
    ? `${before.slice(family.length)} → ${after.slice(family.length)}`
    : `${before} → ${after}`;
  return version ? `${step} (${version})` : step;
}

/** Returns what users reach now: `web:3 (unchanged)`, `web:4 (before: web:3)`; "" when nothing is known. */
export function productionNow(record: DeploymentRecord): string {
  const { status, production, revisionBefore, revisionAfter, changed } = record;
  const before = shortRevision(revisionBefore);
  const known =
    production.length > 0 ? production : !changed || status === "registered" ? [revisionBefore] : [];
  const now = [...new Set(known)].map(shortRevision).filter(Boolean).join(" and ");
  if (!before) return now;
  if (!now && status === "started") return `${before}, while ${shortRevision(revisionAfter)} starts`;
  if (!now) return `not known; ${before} before this step`;
  return now === before ? `${now} (unchanged)` : `${now} (before: ${before})`;
}
