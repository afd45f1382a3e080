import type { Service } from "@aws-sdk/client-ecs";
import { isThrottled, isTransient } from "@ecs-delivery/actions/core/aws-errors";
import { causeOf, isUserStop } from "@ecs-delivery/actions/delivery/diagnosis/causes";
import { gatherEvidence, type Subject } from "@ecs-delivery/actions/delivery/diagnosis/evidence";
import type { Snapshot } from "@ecs-delivery/actions/delivery/engine";
import { deliveryMs } from "@ecs-delivery/actions/ecs/log-tail";
import type { PageClients } from "../clients.ts";
import type { DeploymentPart } from "../parts.ts";
import type { Reader } from "./reader.ts";

interface Ended extends Subject {
  readonly snapshot: Snapshot;
  readonly endedAt: Date | undefined;
  readonly by: DeploymentPart["engine"];
  /** Target groups in which its tasks still are. */
  targetGroups(service: Service): string[];
}

export type Diagnose = ReturnType<typeof createDiagnosis>;

/** Explains deployments that ended without success by the evidence and rules of the action that deploys. */
export function createDiagnosis(clients: PageClients, reader: Reader, timeScale: number, now: () => number) {
  return async ({ snapshot, endedAt, by, targetGroups, ...subject }: Ended) => {
    let isFinal = true;
    if (!snapshot.ended || snapshot.ended === "succeeded") return { isFinal };
    const counted = <Client extends Parameters<Reader["send"]>[0]>(client: Client): Client =>
      Object.assign(Object.create(client), {
        send: (command: Parameters<Reader["send"]>[1]) =>
          reader.send(client, command).catch((error) => {
            if (isThrottled(error) || isTransient(error)) isFinal = false;
            throw error;
          }),
      });
    const context = {
      clients: {
        ecs: counted(clients.ecs),
        logs: async () => counted(clients.logs),
        elbv2: async () => counted(clients.balancer),
        cloudwatch: async () => counted(clients.cloudwatch),
        ec2: async () => counted(clients.ec2),
        rds: async () => counted(clients.rds),
        ecr: async () => counted(clients.ecr),
      },
      // A later pass reads the lines that are still on their way to the log.
      clock: {
        now,
        wait: async () => {
          if (now() < (endedAt?.getTime() ?? 0) + (2 * deliveryMs) / timeScale) isFinal = false;
        },
      },
      log: { info() {}, notice() {}, warning() {} },
      signal: new AbortController().signal,
    };
    // The action, too, stops a deployment that fails: a stop is never the cause.
    const stopped = isUserStop(snapshot) && { reason: undefined, events: [] };
    const evidence = await gatherEvidence(
      context,
      subject,
      { by, targetGroups },
      { ...snapshot, endedAt, ...stopped },
    );
    const event = snapshot.events.find(({ status }) => status === "Failed");
    const state = `The deployment was stopped${event ? ` during ${event.name}` : ""}`;
    const { text, nextStep } = causeOf(evidence, stopped ? state : undefined);
    return { isFinal, cause: text, fix: text === state ? undefined : nextStep };
  };
}
