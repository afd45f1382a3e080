import { type Arrivals, createArrivals, type Spacing, totalMs } from "./arrivals.ts";
import { type Connection, createConnection } from "./connection.ts";
import { type Loop, type LoopOptions, type Sent, timeoutCheckMs } from "./loop.ts";
import type { LoadStage } from "./report.ts";

/** Node's finest timer. */
const tickMs = 1;
/** How late such a timer is on an idle machine; that is not the target's latency. */
const timerInaccuracyMs = 2;

interface OpenLoopOptions extends LoopOptions {
  readonly spacing: Spacing;
  /** Maximum number of connections; a request that finds all in use waits, and its wait is in its latency. */
  readonly maxConnections: number;
}

/**
 * Sends requests at the stages' rate, however long responses take. Latency counts from the moment a request was due, so
 * a stall of the target shows in all requests it delays. None is left out: a request without a connection within the
 * time allowed after the end counts as failed, `NOT_SENT`.
 */
export function startOpenLoop(
  options: OpenLoopOptions,
  stages: readonly LoadStage[],
  startedAt: number,
): Loop {
  const { urls, request, maxConnections } = options;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let turns = 0;
  const nextTarget = () => turns++ % urls.length;
  const arrivals = createArrivals(stages, options.spacing);
  const connections: Connection[] = [];
  const free: Connection[] = [];
  let endAt = startedAt + totalMs(stages);

  const inUse = () => connections.length - free.length;
  const allSent = () => startedAt + arrivals.dueMs >= endAt;
  const sendDue = (connectionWasFreed: boolean) => {
    const now = performance.now();
    while (startedAt + arrivals.dueMs <= Math.min(now, endAt) && !allSent()) {
      const connection = free.pop() ?? add();
      if (!connection) return;
      send(connection, startedAt + arrivals.dueMs, connectionWasFreed);
      arrivals.advance();
    }
    if (now >= endAt && allSent() && inUse() === 0) finish();
  };
  const add = () => {
    if (connections.length >= maxConnections) return undefined;
    const connection = createConnection(request);
    connections.push(connection);
    return connection;
  };
  const send = (connection: Connection, dueAt: number, connectionWasFreed: boolean) => {
    const target = nextTarget();
    const sentAt = performance.now();
    const inTime = !connectionWasFreed && sentAt - dueAt <= timerInaccuracyMs;
    const lateMs = inTime ? 0 : sentAt - dueAt;
    connection.send(urls[target] as URL, (outcome) => {
      const endedAt = performance.now();
      const latencyMs = endedAt - sentAt + lateMs;
      options.onSent({
        ...outcome,
        target,
        dueAt,
        endedAt,
        latencyMs,
        lateMs,
        lateForConnections: connectionWasFreed,
      });
      const allWereInUse = free.length === 0 && connections.length >= maxConnections;
      free.push(connection);
      sendDue(allWereInUse);
    });
  };
  const giveUp = () => {
    for (const sent of neverSent(arrivals, startedAt, endAt, nextTarget)) options.onSent(sent);
    endAt = Number.NEGATIVE_INFINITY;
  };
  const timers = [
    setInterval(sendDue, tickMs, false),
    setInterval(() => {
      const now = performance.now();
      for (const connection of connections) connection.expire(now);
      if (now > endAt + request.timeoutMs && !allSent()) giveUp();
    }, timeoutCheckMs),
  ];
  const finish = () => {
    for (const timer of timers) clearInterval(timer);
    for (const connection of connections) connection.close();
    resolve();
  };
  return {
    done,
    end() {
      endAt = Math.min(endAt, performance.now());
    },
    cancel: finish,
  };
}

function* neverSent(
  arrivals: Arrivals,
  startedAt: number,
  endAt: number,
  nextTarget: () => number,
): Generator<Sent> {
  const endedAt = performance.now();
  for (; startedAt + arrivals.dueMs < endAt; arrivals.advance()) {
    const dueAt = startedAt + arrivals.dueMs;
    const waitedMs = endedAt - dueAt;
    yield {
      target: nextTarget(),
      status: undefined,
      error: "NOT_SENT",
      bytes: 0,
      dueAt,
      endedAt,
      latencyMs: waitedMs,
      lateMs: waitedMs,
      lateForConnections: true,
    };
  }
}
