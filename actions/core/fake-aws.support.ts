/** Response of an operation, or a function of its input that returns it; an error is thrown. */
type Answer = object | ((input: never) => unknown);

/**
 * Creates AWS clients for cases that the simulator cannot play: their operations, by names such as `DescribeServices`,
 * respond with `answers`, which a test may change at any time. An operation without an answer throws `otherwise`.
 */
export function createFakeAws(otherwise?: Error) {
  const answers: Record<string, Answer> = {};
  const calls: { readonly operation: string; readonly input: object }[] = [];

  async function send(command: { readonly input: object }) {
    const { input } = command;
    const operation = command.constructor.name.replace(/Command$/, "");
    calls.push({ operation, input });
    const answer = answers[operation] ?? otherwise ?? new Error(`no answer to ${operation}`);
    const result = typeof answer === "function" ? await answer(input as never) : answer;
    if (result instanceof Error) throw result;
    return result;
  }
  return {
    answers,
    /** Returns the inputs of an operation's calls. */
    // biome-ignore lint/suspicious/noExplicitAny: each operation has a type of its own
    inputs: (operation: string): any[] =>
      calls.filter((call) => call.operation === operation).map(({ input }) => input),
    /** Makes a client of the SDK respond with these answers. */
    fake: <Client extends object>(client: Client): Client => Object.assign(client, { send }),
  };
}

/** Configuration for clients that must not search for credentials. */
export const fakeConfig = {
  region: "us-east-1",
  credentials: { accessKeyId: "AKIAVIRTUAL", secretAccessKey: "virtual" },
};

/** Creates an error with the name that the SDK gives it. */
export function named(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}
