import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { createAccess } from "./access.ts";
import { createApp } from "./app.ts";
import { createObserver, type ObserveOptions } from "./observe/observe.ts";
import type { PageExtension } from "./tabs.ts";
import { createWatch, type WatchClock } from "./watch.ts";

export { openPageClients, type PageClients } from "./clients.ts";
export { createObserver } from "./observe/observe.ts";
export type { DeploymentPart, ServicePart } from "./parts.ts";
export type { PageExtension, Publish } from "./tabs.ts";

interface PageOptions extends Pick<ObserveOptions, "clients" | "region" | "cluster" | "services" | "pageOf"> {
  /** Address to listen on; by default only this machine reaches the page. */
  readonly host?: string;
  /** 0 selects a free one. */
  readonly port: number;
  readonly clock: WatchClock;
  /** Factor by which AWS's waits pass faster than real time; 1 by default, as on AWS. */
  readonly timeScale?: number;
  /** Bound of the calls to AWS; by default 300, of which accounts allow many times more. */
  readonly callsPerMinute?: number;
  readonly extensions?: readonly PageExtension[];
}

export interface LivePage {
  readonly address: string;
  /** A browser that opens this one may operate what extensions offer. */
  readonly operatorAddress: string;
  close(): Promise<void>;
}

/**
 * Serves a page that shows the services of an account as they change. It reads AWS APIs and changes nothing. It makes
 * no calls while nobody watches. Rejects if the port is in use.
 */
export async function startPage(options: PageOptions): Promise<LivePage> {
  const { host = "127.0.0.1", port, clock, timeScale = 1, callsPerMinute = 300, extensions = [] } = options;
  const observe = createObserver({ ...options, now: () => clock.now(), timeScale, callsPerMinute });
  const observeForAll = async (signal: AbortSignal) => {
    const pass = await observe(signal);
    for (const { observed } of extensions) observed?.(pass.parts);
    return pass;
  };
  const watch = createWatch({ observe: observeForAll, clock });
  const access = createAccess();
  const app = await createApp({ watch, clock, extensions, host, access });
  const { address, close } = await listen(app, host, port);
  const stops = extensions.map(({ name, start }) =>
    start?.((key, value) => watch.publish(`${name}/${key}`, value)),
  );
  return {
    address,
    operatorAddress: access.addressOf(address),
    async close() {
      for (const stop of stops) stop?.();
      watch.close();
      await close();
    },
  };
}

export interface Listening {
  readonly address: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** Serves an app. Rejects if the port is in use. */
export async function listen(app: Hono, host: string, port: number): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.listen(port, host);
  await once(server, "listening");
  return {
    address: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
