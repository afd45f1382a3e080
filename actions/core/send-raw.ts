interface Sender {
  // biome-ignore lint/suspicious/noExplicitAny: every client has its own union of commands
  send(command: any, options: { abortSignal: AbortSignal }): Promise<any>;
}

type Call = { input: object; request: unknown };
// biome-ignore lint/suspicious/noExplicitAny: the SDK's own type of what the steps of one command share.
type Next = (args: any) => Promise<any>;

interface Command {
  readonly middlewareStack: {
    addRelativeTo(step: (next: Next) => Next, options: object): void;
  };
}

/**
 * Sends a command of a service that speaks JSON. The SDK leaves out members that its model does not have, both in
 * requests and in responses: `request` is sent as it is, and `body` has every member of the response.
 */
export async function sendRaw<Output>(
  client: Sender,
  command: Command & {
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: Output }>;
  },
  abortSignal: AbortSignal,
  request?: object,
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any form
): Promise<{ output: Output; body: any }> {
  let body: unknown;
  if (request)
    command.middlewareStack.addRelativeTo(
      (next) => (args: Call) => {
        Object.assign(args.request as object, { body: JSON.stringify(request) });
        return next(args);
      },
      { name: "sendUnknownMembers", relation: "after", toMiddleware: "serializerMiddleware" },
    );
  command.middlewareStack.addRelativeTo(
    (next) => async (args: Call) => {
      const result = await next(args);
      const response = result.response as { body?: AsyncIterable<Uint8Array> };
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      body = bytes.toString();
      Object.assign(response, { body: new Uint8Array(bytes) });
      return result;
    },
    { name: "keepUnknownMembers", relation: "after", toMiddleware: "deserializerMiddleware" },
  );
  const output: Output = await client.send(command, { abortSignal });
  return { output, body: body === undefined ? output : JSON.parse(String(body) || "{}") };
}
