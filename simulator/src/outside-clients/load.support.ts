export interface Load {
  /** Bodies of the good answers, in the order they came. */
  readonly answers: string[];
  /** What every other request came to. */
  readonly failures: string[];
  /** Resolves when the last request has been answered. */
  stop(): Promise<void>;
}

/** `clientCount` clients that ask again as soon as they are answered. */
export function startLoad(url: string, clientCount: number): Load {
  const answers: string[] = [];
  const failures: string[] = [];
  let stopping = false;
  const client = async () => {
    while (!stopping) {
      try {
        const response = await fetch(url);
        const text = await response.text();
        if (response.ok) answers.push(text);
        else failures.push(`${response.status} ${text}`);
      } catch (error) {
        failures.push(String((error as Error).cause ?? error));
      }
    }
  };
  const clients = Array.from({ length: clientCount }, client);
  return {
    answers,
    failures,
    async stop() {
      stopping = true;
      await Promise.all(clients);
    },
  };
}
