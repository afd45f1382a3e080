import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { evaluateToken, type Json, type Scope, toText } from "../expressions/evaluate.ts";

interface ConcurrencyRequest {
  group: string;
  cancelInProgress: boolean;
  /** `single`: a newer waiter replaces an older one; `max`: all wait in order. */
  queue: "single" | "max";
}

interface Entry {
  /** Grants the place in the group: true to start, false when replaced while waiting. */
  settle: (start: boolean) => void;
  cancel: () => void;
}

interface Group {
  running?: Entry;
  waiting: Entry[];
}

/** GitHub's concurrency groups, shared by all runs of one repository. */
export class ConcurrencyGroups {
  readonly #groups = new Map<string, Group>();

  /**
   * Runs the work when it is its turn; at once without a request. Resolves to undefined when a newer request replaces
   * this one, or when `signal` is aborted before.
   * @param cancel ends the work; called when a newer request sets `cancelInProgress`
   */
  async runInTurn<Result>(
    request: ConcurrencyRequest | undefined,
    { cancel, signal }: { cancel: () => void; signal: AbortSignal },
    work: () => Promise<Result>,
  ): Promise<Result | undefined> {
    if (!request) return work();
    const turn = await this.#enter(request, cancel, signal);
    if (!turn) return undefined;
    try {
      return await work();
    } finally {
      turn.leave();
    }
  }

  async #enter(
    request: ConcurrencyRequest,
    cancel: () => void,
    signal: AbortSignal,
  ): Promise<{ leave(): void } | undefined> {
    // Group names are case-insensitive on GitHub.
    const name = request.group.toLowerCase();
    const group = this.#groups.get(name) ?? { waiting: [] };
    this.#groups.set(name, group);
    const entry: Entry = { settle: () => {}, cancel };
    const turn = new Promise<boolean>((resolve) => {
      entry.settle = resolve;
    });
    if (group.running) {
      if (request.queue === "single") for (const older of group.waiting.splice(0)) older.settle(false);
      group.waiting.push(entry);
      if (request.cancelInProgress) group.running.cancel();
    } else {
      group.running = entry;
      entry.settle(true);
    }
    const giveUp = () => this.#giveUp(group, entry);
    signal.addEventListener("abort", giveUp, { once: true });
    const started = await turn;
    signal.removeEventListener("abort", giveUp);
    return started ? { leave: () => this.#leave(name, group, entry) } : undefined;
  }

  #giveUp(group: Group, entry: Entry): void {
    const index = group.waiting.indexOf(entry);
    if (index < 0) return;
    group.waiting.splice(index, 1);
    entry.settle(false);
  }

  #leave(name: string, group: Group, entry: Entry): void {
    if (group.running !== entry) return;
    group.running = group.waiting.shift();
    if (group.running) group.running.settle(true);
    else this.#groups.delete(name);
  }
}

/** Returns the request in `concurrency`: a group's name, or a mapping. */
export function concurrencyOf(
  token: TemplateToken | undefined,
  scope: Scope,
): ConcurrencyRequest | undefined {
  if (!token) return undefined;
  const value = evaluateToken(token, scope);
  if (value === null || typeof value !== "object") {
    return { group: toText(value), cancelInProgress: false, queue: "single" };
  }
  const settings = value as { [name: string]: Json };
  return {
    group: toText(settings.group),
    cancelInProgress: settings["cancel-in-progress"] === true,
    queue: settings.queue === "max" ? "max" : "single",
  };
}
