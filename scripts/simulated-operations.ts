import { findOperation, loadSchemas } from "../simulator/src/gateway/models.ts";
import { apiName } from "../simulator/src/kit/operation-names.ts";
import type { ServiceName } from "../simulator/src/services/api.ts";
import { closeServices, createServices, definitions } from "../simulator/src/services/index.ts";
import { createTestEnvironment } from "../simulator/src/test-environment.support.ts";
import { table } from "./readme-tables.ts";

/** Returns a table of the simulator's services: the operations that each performs, and how many AWS has. */
export async function operationsTable(): Promise<string> {
  const environment = await createTestEnvironment();
  const services = createServices(environment);
  try {
    const names = (Object.keys(services) as ServiceName[]).sort();
    const rows = await Promise.all(
      names.map(async (name) => {
        const performed = Object.keys(services[name].operations).map(apiName).sort();
        const all = await countOperations(name);
        return [`\`${name}\``, `${performed.length} of ${all}`, performed.join(", ")];
      }),
    );
    return table(["service", "performed", "operations"], rows);
  } finally {
    await closeServices(services);
    await environment.remove();
  }
}

async function countOperations(name: ServiceName): Promise<number> {
  const { client, loadModel } = definitions[name];
  const schemas = await (loadModel?.() ?? loadSchemas(client));
  return Object.keys(schemas).filter((key) => findOperation(schemas, key.replace(/\$$/, ""))).length;
}
