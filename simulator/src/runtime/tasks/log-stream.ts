import type { Clock } from "../../clock.ts";
import type { Aws } from "../../services/api.ts";

/** Maximum real time between two batches of lines: short enough to follow, long enough to be cheap. */
const batchMs = 100;
/** PutLogEvents takes at most this many events (CloudWatch Logs API reference). */
const maxBatch = 10_000;

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
      const logEvents = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
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
      waiting.push({ timestamp: clock.now().getTime(), message });
      if (batch) return;
      batch = new AbortController();
      clock.wait(batchMs * clock.scale, batch.signal).then(flush, () => {});
    },
  };
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
