import type { Clock } from "../../clock.ts";
import type { Aws } from "../../services/api.ts";

/** Maximum real time between two batches of lines: short enough to follow, long enough to be cheap. */
const batchMs = 100;
/**
 * Limits of one PutLogEvents call: events, and bytes of their texts with 26 more for each; so a longer text has to
 * become several events (CloudWatch Logs API reference).
 */
const most = { events: 10_000, bytes: 1_048_576, eventOverhead: 26 };

export interface LogStream {
  write(line: string): void;
  /** Resolves when everything written so far is in the log. */
  flush(): Promise<void>;
}

interface LogStreamOptions {
  readonly group: string;
  readonly stream: string;
  readonly createGroup: boolean;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/** Opens a container's log stream; rejects with ECS's message when the group does not exist. */
export async function openLogStream(logs: Aws["logs"], options: LogStreamOptions): Promise<LogStream> {
  const { group: logGroupName, stream: logStreamName, clock } = options;
  try {
    if (options.createGroup) await unlessThere(logs.createLogGroup({ logGroupName }));
    await unlessThere(logs.createLogStream({ logGroupName, logStreamName }));
  } catch (error) {
    throw new Error(
      "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: " +
        "failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, " +
        `${describe(error)} : exit status 1`,
    );
  }
  let waiting: { timestamp: number; message: string }[] = [];
  let sending: Promise<void> = Promise.resolve();
  let batch: AbortController | undefined;

  async function send(): Promise<void> {
    while (waiting.length > 0) {
      const count = countForBatch(waiting);
      const logEvents = waiting.slice(0, count);
      waiting = waiting.slice(count);
      await logs
        .putLogEvents({ logGroupName, logStreamName, logEvents })
        .catch((error) => options.warn(`log ${logGroupName}/${logStreamName}: ${describe(error)}`));
    }
  }
  function flush(): Promise<void> {
    batch?.abort();
    batch = undefined;
    sending = sending.then(send);
    return sending;
  }
  return {
    flush,
    write(message) {
      // CloudWatch Logs refuses events without text.
      if (message === "") return;
      const timestamp = clock.now().getTime();
      for (const part of partsOf(message)) waiting.push({ timestamp, message: part });
      if (batch) return;
      batch = new AbortController();
      clock.wait(batchMs * clock.scale, batch.signal).then(flush, () => {});
    },
  };
}

/** Returns how many of the first events fit into one call. */
function countForBatch(events: readonly { readonly message: string }[]): number {
  let left = most.bytes;
  const first = events.slice(0, most.events);
  const end = first.findIndex(({ message }) => {
    left -= Buffer.byteLength(message) + most.eventOverhead;
    return left < 0;
  });
  return end < 0 ? first.length : end;
}

/** Splits a text that is too long for one event, between characters. */
function partsOf(message: string): string[] {
  const longest = most.bytes - most.eventOverhead;
  const bytes = Buffer.from(message);
  if (bytes.length <= longest) return [message];
  const parts: string[] = [];
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = Math.min(start + longest, bytes.length);
    // Bytes of the form 10xxxxxx continue a character.
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    parts.push(bytes.toString("utf8", start, end));
  }
  return parts;
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error) => {
    if (error.code !== "ResourceAlreadyExistsException") throw error;
  });
}

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return code ? `${code}: ${message}` : message;
}
