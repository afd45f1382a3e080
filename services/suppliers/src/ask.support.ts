import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

interface Question {
  readonly agent?: Agent;
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

/** Sends a request to a port of this machine, by default over a connection of its own. */
export async function ask(port: number, path: string, { agent, ...options }: Question = {}) {
  const outgoing = request({ port, path, agent: agent ?? false, ...options }).end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  const { statusCode: status, headers } = response;
  return { status, connection: headers.connection, requestId: headers["x-request-id"] };
}

/** Sends requests over one kept connection until a response closes it, as a load balancer does. */
export async function askUntilClosed(port: number, path: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: Awaited<ReturnType<typeof ask>>[] = [];
  do answers.push(await ask(port, path, { agent }));
  while (answers.at(-1)?.connection !== "close");
  agent.destroy();
  return answers;
}
