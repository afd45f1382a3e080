import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

interface Question {
  readonly agent?: Agent | undefined;
  readonly headers?: Record<string, string>;
  /** Fields to post; by default, the request is a GET. */
  readonly form?: Record<string, string>;
}

export type Answer = Awaited<ReturnType<typeof ask>>;

/** Sends a request to a port of this machine, by default over a connection of its own. */
export async function ask(port: number, path: string, { agent, headers = {}, form }: Question = {}) {
  const outgoing = request({ port, path, agent: agent ?? false, method: form ? "POST" : "GET", headers });
  if (form) outgoing.setHeader("Content-Type", "application/x-www-form-urlencoded");
  outgoing.end(form && new URLSearchParams(form).toString());
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  const { connection, "x-request-id": requestId, "retry-after": retryAfter } = response.headers;
  return { status: response.statusCode, connection, requestId, retryAfter };
}

/** Sends requests over one kept connection until a response closes it, as a load balancer does. */
export async function askUntilClosed(send: (agent: Agent) => Promise<Answer>) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: Answer[] = [];
  do answers.push(await send(agent));
  while (answers.at(-1)?.connection !== "close");
  agent.destroy();
  return answers;
}
