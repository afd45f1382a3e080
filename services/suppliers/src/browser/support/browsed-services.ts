import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { startTestDatabase } from "../../database/test-database.support.ts";
import type { Supplier, SupplierFields } from "../../domain/supplier.ts";
import {
  bundleServices,
  type ServiceBundles,
  startTestService,
  type TestService,
} from "../../test-service.support.ts";
import { findBrowser } from "./find-browser.ts";
import { openWatchedPage } from "./watched-page.ts";

/** Paths of the pages of the three services. */
export const sites = {
  customer: { basePath: "", list: "/suppliers" },
  employee: { basePath: "/admin", list: "/admin/suppliers" },
  monolith: { basePath: "", list: "/suppliers" },
} as const;
export type ServiceName = keyof typeof sites;

/**
 * A name like that of a load balancer: browsers trust `localhost` more than other hosts over plain HTTP, and send it
 * headers that the course's services never get.
 */
const hostName = "suppliers.example";

export type BrowsedServices = Awaited<ReturnType<typeof openBrowsedServices>>;

/** A browser, a database and real processes of the services, for one file of tests. */
export async function openBrowsedServices(names: readonly ServiceName[]) {
  const executablePath = findBrowser(process.env.PATH ?? "");
  // One process for the pages of all visitors takes an eighth less processor time than one for each.
  const args = ["--renderer-process-limit=1", `--host-resolver-rules=MAP ${hostName} 127.0.0.1`];
  const [browser, testDatabase, bundles] = await Promise.all([
    chromium.launch({ executablePath, args }),
    startTestDatabase(),
    bundleServices(...names),
  ]);
  const database = await testDatabase.open();
  const services = await startAll(names, testDatabase.environment, bundles);
  const { suppliers } = database;
  const offences: string[] = [];
  return {
    testDatabase,
    /** Returns the browser's address of a path of a service. */
    url: (name: ServiceName, path: string) =>
      new URL(path, `http://${hostName}:${new URL(found(services, name).url).port}`).href,
    /** Opens an empty page of a first-time visitor. */
    visit: (name: ServiceName, options: BrowserContextOptions = {}): Promise<Page> =>
      openWatchedPage(browser, {
        ...options,
        basePath: sites[name].basePath,
        onOffence: (offence) => offences.push(offence),
      }),
    /** Ends all visits; returns violations of the pages' rules. */
    async leave(): Promise<string[]> {
      await Promise.all(browser.contexts().map((context) => context.close()));
      return offences.splice(0);
    },
    /** Returns the rows in the database, in the order of the ids. */
    async stored(): Promise<Supplier[]> {
      const [rows] = await database.withConnection((connection) =>
        connection.query("SELECT * FROM suppliers ORDER BY id"),
      );
      return rows as Supplier[];
    },
    async replaceSuppliers(rows: readonly SupplierFields[]): Promise<void> {
      for (const { id } of await this.stored()) await suppliers.remove(id);
      if (rows.length > 0) await suppliers.addAll(rows);
    },
    async close(): Promise<void> {
      for (const { child } of services.values()) child.kill("SIGKILL");
      await Promise.all([browser.close(), database.close()]);
      await Promise.all([testDatabase.remove(), bundles.remove()]);
    },
  };
}

async function startAll(
  names: readonly ServiceName[],
  environment: Record<string, string>,
  { entry }: ServiceBundles,
) {
  const started = names.map(
    async (name) => [name, await startTestService([entry(name)], environment)] as const,
  );
  return new Map(await Promise.all(started));
}

function found(services: ReadonlyMap<ServiceName, TestService>, name: ServiceName): TestService {
  const service = services.get(name);
  if (!service) throw new Error(`the service ${name} was not started for these tests`);
  return service;
}
