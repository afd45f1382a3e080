import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers of operations by name, as JSON; one that is not here is denied. */
export type Answers = Readonly<Record<string, () => object>>;

export interface StubAws {
  readonly endpoint: string;
  /** Names of the operations that were called, in their order. */
  calls: string[];
  /** What the account is like from now on. */
  answers: Answers;
  close(): void;
}

/** An account in memory, for actions that share its process and its virtual clock. */
export async function startStubAws(): Promise<StubAws> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      const operation = operationOf(request);
      stub.calls.push(operation);
      const answer = stub.answers[operation]?.();
      response
        .writeHead(answer ? 200 : 400, { "Content-Type": "application/x-amz-json-1.1" })
        .end(JSON.stringify(answer ?? denied));
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

function operationOf({ headers }: IncomingMessage): string {
  const target = String(headers["x-amz-target"] ?? "");
  return target.slice(target.indexOf(".") + 1);
}
