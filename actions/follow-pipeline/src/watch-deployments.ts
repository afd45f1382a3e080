import { createPatience } from "../../core/outage-tolerance.ts";
import { logProgress } from "../../delivery/deployment/follow.ts";
import type { Snapshot } from "../../delivery/engine.ts";
import { adoptDeployment, type FollowedDeployment } from "./adopt-deployment.ts";
import type { FollowContext } from "./context.ts";
import type { PipelineRecord } from "./record.ts";
import type { ActionRun } from "./snapshot.ts";

export interface DeploymentWatch {
  /** Follows the deployments that these actions began; returns whether anything is new. */
  poll(actions: readonly ActionRun[]): Promise<boolean>;
  /** Returns the CodeDeploy ids of those that have not ended. */
  ongoing(): string[];
  /** Returns undefined when the action began none, or it cannot be followed. */
  of(action: ActionRun): FollowedDeployment | undefined;
  all(): readonly FollowedDeployment[];
}

/** Follows the deployments of CodeDeployToECS actions as deploy-service follows its own. */
export function watchDeployments(
  context: FollowContext,
  record: PipelineRecord,
  maxFailedTasks: number,
  /** Called for each deployment that is new. */
  onBegin: () => void,
): DeploymentWatch {
  const followed = new Map<string, FollowedDeployment>();
  const unknown = new Set<string>();
  const ask = createPatience(context);

  async function lookAt(action: ActionRun): Promise<boolean> {
    const known = followed.get(action.id);
    if (known?.last?.ended || unknown.has(action.id)) return false;
    const deployment = known ?? (await begin(action));
    return deployment ? ((await ask(() => advance(deployment))) ?? false) : false;
  }

  async function begin(action: ActionRun): Promise<FollowedDeployment | undefined> {
    const deployment = await ask(() => adoptDeployment(context, action, maxFailedTasks));
    if (deployment === "unknown") unknown.add(action.id);
    if (!deployment || deployment === "unknown") return undefined;
    followed.set(action.id, deployment);
    record.deployments.push(deployment.checked.record);
    onBegin();
    return deployment;
  }

  return {
    async poll(actions) {
      const deploying = actions.filter(
        ({ provider, externalId }) => provider === "CodeDeployToECS" && externalId,
      );
      const news = await Promise.all(deploying.map(lookAt));
      return news.includes(true);
    },
    ongoing: () => [...followed.values()].flatMap(({ running, last }) => (last?.ended ? [] : running.id)),
    of: ({ id }) => followed.get(id),
    all: () => [...followed.values()],
  };
}

/** Polls a deployment once; crashing tasks end it here, since CodeDeploy would allow them an hour of crashes. */
async function advance(deployment: FollowedDeployment): Promise<boolean> {
  const { running, checked, createdAt, last } = deployment;
  const { record, context } = checked;
  const now: Snapshot = await running.poll(context.signal);
  if (!last) logBegin(deployment, now);
  const news = logProgress({ context, record, createdAt }, last, now);
  deployment.last = now;
  record.durationMs = context.clock.now() - createdAt;
  if (!now.ended && !deployment.stopped && (await deployment.hasTooManyFailedTasks(now))) {
    deployment.stopped = await running.stop("rollback");
    return true;
  }
  return news;
}

/** Records the traffic before the first poll. If it had shifted by then, CodeDeploy has the time. */
function logBegin({ running, checked: { record }, createdAt }: FollowedDeployment, now: Snapshot): void {
  if (running.initialTraffic) record.traffic.push({ atMs: 0, ...running.initialTraffic });
  const shiftedAt = now.events.find(({ name }) => name === "AllowTraffic")?.endedAt;
  if (now.traffic && shiftedAt !== undefined && now.traffic.blue === 0)
    record.traffic.push({ atMs: Math.max(0, shiftedAt - createdAt), ...now.traffic });
}
