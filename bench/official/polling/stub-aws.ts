import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Responses by operation name, as JSON or as text; an operation without one is denied. */
export type Answers = Readonly<Record<string, () => object | string>>;

export interface StubAws {
  readonly endpoint: string;
  /** Names of the called operations, in order. */
  calls: string[];
  /** Responses of the account from now on. */
  answers: Answers;
  close(): void;
}

/** An account in memory, for actions that share its process and its virtual clock. */
export async function startStubAws(): Promise<StubAws> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const operation = operationOf(request, Buffer.concat(chunks).toString());
      stub.calls.push(operation);
      const answer = stub.answers[operation]?.();
      response
        .writeHead(answer ? 200 : 400, { "Content-Type": "application/x-amz-json-1.1" })
        .end(typeof answer === "string" ? answer : JSON.stringify(answer ?? denied));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stub: StubAws = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answers: {},
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return stub;
}

const denied = { __type: "AccessDeniedException", message: "not part of the rehearsal" };

/** Reads the operation from a header in AWS's JSON protocols, from a form field in its query protocol. */
function operationOf({ headers }: IncomingMessage, body: string): string {
  const target = headers["x-amz-target"];
  if (target === undefined) return new URLSearchParams(body).get("Action") ?? "";
  return String(target).slice(String(target).indexOf(".") + 1);
}
