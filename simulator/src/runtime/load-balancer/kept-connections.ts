import { createRequire } from "node:module";
import type { Client as UndiciClient } from "undici";
import type { Socket } from "../network.ts";

// The whole package includes fetch, web sockets, caches and mocks: 3 MB of heap that are not needed here.
const Client: typeof UndiciClient = createRequire(import.meta.url)("undici/lib/dispatcher/client.js");

/** A connection to a target, used by one exchange at a time. */
export interface KeptConnection {
  readonly client: Pick<UndiciClient, "dispatch">;
  /** Whether it has carried an exchange before: then the target may just have closed it. */
  readonly isReused: boolean;
  /** Ends its exchange, so that the next may follow. */
  release(): void;
  /** Closes it. */
  discard(): void;
}

export interface KeptConnections {
  /** Returns an idle connection, or a new one. */
  take(socket: Socket): KeptConnection;
  /** Closes idle connections; those in use close when their exchange ends. */
  retire(): void;
}

/** Kept idle connections per target; more than the lab's load ever uses at once. */
export const maxIdle = 256;

/** Source: Application Load Balancers guide, "HTTP 504: Gateway timeout". */
const connectTimeoutMs = 10_000;

interface Connection {
  readonly origin: string;
  readonly client: UndiciClient;
  isClosed: boolean;
}

/** The most recently released one is used first, so that surplus ones become idle and close. */
export function createKeptConnections(): KeptConnections {
  const idle: Connection[] = [];
  let retired = false;
  const drop = ({ client }: Connection) => void client.destroy();
  const connect = (origin: string): Connection => {
    const client = new Client(origin, { connect: { timeout: connectTimeoutMs } });
    const connection: Connection = { origin, client, isClosed: false };
    // A client would reconnect automatically; here it represents one connection.
    const onClosed = () => {
      connection.isClosed = true;
      const at = idle.indexOf(connection);
      if (at >= 0) idle.splice(at, 1).forEach(drop);
    };
    client.on("disconnect", onClosed).on("connectionError", onClosed);
    return connection;
  };
  const takeIdle = (origin: string): Connection | undefined => {
    for (let last = idle.pop(); last; last = idle.pop()) {
      if (last.origin === origin) return last;
      drop(last);
    }
    return undefined;
  };
  return {
    take({ host, port }) {
      const origin = `http://${host}:${port}`;
      const known = takeIdle(origin);
      const taken = known ?? connect(origin);
      return {
        client: taken.client,
        isReused: known !== undefined,
        release() {
          if (retired || taken.isClosed || idle.length >= maxIdle) drop(taken);
          else idle.push(taken);
        },
        discard: () => drop(taken),
      };
    },
    retire() {
      retired = true;
      idle.splice(0).forEach(drop);
    },
  };
}
