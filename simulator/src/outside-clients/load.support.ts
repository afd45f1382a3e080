export interface Load {
  /** Bodies of the successful responses, in the order they arrived. */
  readonly answers: string[];
  /** Descriptions of all other results. */
  readonly failures: string[];
  /** Resolves when the last request has its response. */
  stop(): Promise<void>;
}

/** Starts `clientCount` clients that send a request after each response, or after a pause. */
export function startLoad(
  url: string,
  clientCount: number,
  pause: (signal: AbortSignal) => Promise<void> = async () => {},
): Load {
  const answers: string[] = [];
  const failures: string[] = [];
  const stopping = new AbortController();
  const client = async () => {
    while (!stopping.signal.aborted) {
      try {
        const response = await fetch(url);
        const text = await response.text();
        if (response.ok) answers.push(text);
        else failures.push(`${response.status} ${text}`);
      } catch (error) {
        failures.push(String((error as Error).cause ?? error));
      }
      await pause(stopping.signal).catch(() => {});
    }
  };
  const clients = Array.from({ length: clientCount }, client);
  return {
    answers,
    failures,
    async stop() {
      stopping.abort();
      await Promise.all(clients);
    },
  };
}
