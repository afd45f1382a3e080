import type { LoadRequest, Outcome } from "./connection.ts";
import type { LoadTarget } from "./targets.ts";

/** A request that has come to its end; times are those of performance.now(). */
export interface Sent extends Outcome {
  /** Index of its target. */
  readonly target: number;
  /** When it should have been sent: of a closed loop, when it was. */
  readonly dueAt: number;
  readonly endedAt: number;
  readonly latencyMs: number;
  /** Of an open loop: it was sent this long after it was due; 0 within what a timer is inaccurate by. */
  readonly lateMs: number;
  /** It was late since all connections were in use. */
  readonly lateForConnections: boolean;
}

export interface LoopOptions {
  readonly targets: readonly LoadTarget[];
  readonly request: LoadRequest;
  readonly onSent: (sent: Sent) => void;
}

/** Load that is being sent. */
export interface Loop {
  /** Resolves when the last request has come to its end, or at `cancel`. */
  readonly done: Promise<void>;
  /** No more requests become due; those that are come to their end. */
  end(): void;
  /** Closes all connections at once; what they were waiting for is never told. */
  cancel(): void;
}

/** Far below what a timeout is given in, and rare enough to cost nothing. */
export const timeoutCheckMs = 50;
