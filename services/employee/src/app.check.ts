// Runs before each deployment, with Node alone. app.test.ts has the details.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSuppliersInMemory } from "@ecs-delivery/suppliers/domain/suppliers-in-memory.support";
import { partsForTests } from "@ecs-delivery/suppliers/parts.support";
import { createApp, site } from "./app.ts";

const app = createApp(partsForTests(createSuppliersInMemory()));
const own = site.links.map(({ href }) => href).filter((href) => href.startsWith(site.basePath));

for (const path of new Set([...own, "/admin/suppliers", "/admin/supplier-add", "/admin/health"]))
  test(`${path} responds with 200`, async () => {
    assert.equal((await app.request(path)).status, 200);
  });
