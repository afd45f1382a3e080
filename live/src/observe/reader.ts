import type { ProblemPart } from "../parts.ts";

interface Client {
  send(command: never, options: never): Promise<unknown>;
}

/** A command of the AWS SDK, from which its output's type is known. */
interface Command<Output> {
  resolveMiddleware(...parts: never[]): (...input: never[]) => Promise<{ output: Output }>;
}

export type Reader = ReturnType<typeof createReader>;

/** Counts the calls of each pass, keeps what rarely changes, and turns failures of an AWS service into problems. */
export function createReader(now: () => number) {
  let calls = 0;
  let signal = new AbortController().signal;
  const kept = new Map<string, { at: number; value: unknown }>();
  const lastGood = new Map<string, unknown>();
  const problems = new Map<string, ProblemPart>();
  return {
    problems: problems as ReadonlyMap<string, ProblemPart>,
    /** Begins a pass. */
    begin(passSignal: AbortSignal): void {
      calls = 0;
      signal = passSignal;
    },
    /** Calls of this pass. */
    calls: () => calls,
    async send<Output>(client: Client, command: Command<Output>): Promise<Output> {
      calls += 1;
      return (await client.send(command as never, { abortSignal: signal } as never)) as Output;
    },
    /** Runs the reader of one AWS service. If it fails: the result of its last success, else the given one. */
    async guard<Value>(source: string, otherwise: Value, read: () => Promise<Value>): Promise<Value> {
      try {
        const value = await read();
        lastGood.set(source, value);
        problems.delete(source);
        return value;
      } catch (error) {
        if (!signal.aborted) problems.set(source, problemOf(source, error as Error, problems, now()));
        return (lastGood.get(source) as Value | undefined) ?? otherwise;
      }
    },
    /** Reads again only after some milliseconds. */
    async every<Value>(ms: number, key: string, read: () => Promise<Value>): Promise<Value> {
      const known = kept.get(key);
      if (known && now() - known.at < ms) return known.value as Value;
      const value = await read();
      kept.set(key, { at: now(), value });
      return value;
    },
  };
}

const kinds: readonly (readonly [ProblemPart["kind"], RegExp])[] = [
  ["throttled", /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/],
  ["denied", /AccessDenied|Unauthorized|AuthorizationError|Expired|InvalidClientTokenId|UnrecognizedClient/],
  ["unreachable", /ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|UNREACH|TimeoutError|socket hang up/],
];

function problemOf(
  source: string,
  error: Error & { code?: string },
  known: ReadonlyMap<string, ProblemPart>,
  now: number,
): ProblemPart {
  const text = `${error.name} ${error.code ?? ""} ${error.message}`;
  const kind = kinds.find(([, pattern]) => pattern.test(text))?.[0] ?? "failed";
  const message = error.message || error.code || error.name;
  return { source, kind, message, since: known.get(source)?.since ?? now };
}
