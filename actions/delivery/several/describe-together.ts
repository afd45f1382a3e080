import {
  DescribeServicesCommand,
  type DescribeServicesCommandOutput,
  type ECSClient,
} from "@aws-sdk/client-ecs";
import { lastSegment } from "../../core/arn.ts";
import { isThrottled, isTransient } from "../../core/aws-errors.ts";
import type { StepContext } from "../../core/context.ts";

/** ECS API reference, DescribeServices: the longest list. */
const most = 10;
/** How long a read waits for others, which poll every few seconds. */
const windowMs = 1_000;

interface Read {
  readonly name: string;
  readonly resolve: (found: DescribeServicesCommandOutput) => void;
  readonly reject: (error: unknown) => void;
}

type Input = DescribeServicesCommand["input"];

/**
 * Returns the client with another DescribeServices: reads of one service wait for those of others, up to ten or as many
 * as are in progress, for a second at most. Every response is younger than its read. Where AWS refuses a call for
 * several, each read is a call of its own, with an error of its own.
 */
export function describeTogether(
  ecs: ECSClient,
  { clock, signal }: Pick<StepContext, "clock" | "signal">,
  inProgress: () => number,
): ECSClient {
  const waiting = new Map<string, Read[]>();

  function read({ services: [name = ""] = [], ...rest }: Input): Promise<DescribeServicesCommandOutput> {
    const key = JSON.stringify(rest);
    const reads = waiting.get(key) ?? [];
    const end = (how: () => unknown) => {
      if (waiting.get(key) !== reads) return;
      waiting.delete(key);
      how();
    };
    waiting.set(key, reads);
    return new Promise((resolve, reject) => {
      reads.push({ name, resolve, reject });
      const send = () => end(() => sendAll(rest, reads));
      if (reads.length >= Math.min(most, inProgress())) return send();
      if (reads.length > 1) return;
      const refuse = (error: unknown) => end(() => reads.forEach((each) => void each.reject(error)));
      clock.wait(windowMs, signal).then(send, refuse);
    });
  }

  async function sendAll(rest: Input | object, reads: readonly Read[]): Promise<void> {
    const services = [...new Set(reads.map(({ name }) => name))];
    try {
      const found = await ecs.send(new DescribeServicesCommand({ ...rest, services }), {
        abortSignal: signal,
      });
      for (const { name, resolve } of reads) resolve(responseFor(name, found));
    } catch (error) {
      const isOwn = reads.length === 1 || signal.aborted || isThrottled(error) || isTransient(error);
      for (const each of reads) {
        if (isOwn) each.reject(error);
        else void sendAll(rest, [each]);
      }
    }
  }

  const send = (command: unknown, ...options: unknown[]) =>
    command instanceof DescribeServicesCommand && command.input.services?.length === 1
      ? read(command.input)
      : Reflect.apply(ecs.send, ecs, [command, ...options]);
  return Object.assign(Object.create(ecs) as ECSClient, { send });
}

function responseFor(
  name: string,
  { services = [], failures = [], ...rest }: DescribeServicesCommandOutput,
): DescribeServicesCommandOutput {
  return {
    ...rest,
    services: services.filter(({ serviceName }) => serviceName === name),
    failures: failures.filter(({ arn }) => lastSegment(arn ?? "") === name),
  };
}
