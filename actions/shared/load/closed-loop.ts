import { levelAt, totalMs } from "./arrivals.ts";
import { type Connection, createConnection } from "./connection.ts";
import { type Loop, type LoopOptions, timeoutCheckMs } from "./loop.ts";
import type { LoadStage } from "./report.ts";

/** How often the number of connections follows a ramp. */
const rampStepMs = 20;
/** Pause of a failed connection: refusals take no time, and their number would mean nothing. */
const pauseAfterErrorMs = 100;

/**
 * Sends with connections that each send the next request after the last response: as many as the stages have, `atMs`
 * after `startedAt` of performance.now(). A slow target slows the load down.
 */
export function startClosedLoop(options: LoopOptions, stages: readonly LoadStage[], startedAt: number): Loop {
  const { urls, request, onSent } = options;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const connections: Connection[] = [];
  const busy: boolean[] = [];
  let busyCount = 0;
  let turns = 0;
  let wanted = 0;
  let endAt = startedAt + totalMs(stages);

  const ended = () => performance.now() >= endAt;
  const send = (index: number) => {
    const connection = connections[index] ?? createConnection(request);
    connections[index] = connection;
    const target = turns++ % urls.length;
    const dueAt = performance.now();
    connection.send(urls[target] as URL, (outcome) => {
      const endedAt = performance.now();
      onSent({
        ...outcome,
        target,
        dueAt,
        endedAt,
        latencyMs: endedAt - dueAt,
        lateMs: 0,
        lateForConnections: false,
      });
      if (outcome.error === undefined) goOn(index);
      else setTimeout(goOn, pauseAfterErrorMs, index);
    });
  };
  const goOn = (index: number) => {
    if (index < wanted && !ended()) return send(index);
    busy[index] = false;
    busyCount--;
    if (busyCount === 0 && ended()) finish();
  };
  const follow = () => {
    if (ended()) {
      if (busyCount === 0) finish();
      return;
    }
    wanted = Math.round(levelAt(stages, performance.now() - startedAt));
    for (let index = 0; index < wanted; index++) {
      if (busy[index]) continue;
      busy[index] = true;
      busyCount++;
      send(index);
    }
  };
  const timers = [
    setInterval(follow, rampStepMs),
    setInterval(() => {
      const now = performance.now();
      for (const connection of connections) connection?.expire(now);
    }, timeoutCheckMs),
  ];
  const finish = () => {
    for (const timer of timers) clearInterval(timer);
    for (const connection of connections) connection?.close();
    resolve();
  };
  follow();
  return {
    done,
    end() {
      endAt = Math.min(endAt, performance.now());
      follow();
    },
    cancel() {
      endAt = Number.NEGATIVE_INFINITY;
      finish();
    },
  };
}
