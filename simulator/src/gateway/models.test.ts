import { expect, it } from "vitest";
import { findOperation, loadModel, wireModels } from "./models.ts";

it.each(wireModels)("finds the operations of $service, for $protocol, among its schemas", async (model) => {
  const schemas = await loadModel(model);
  const names = Object.keys(schemas).map((name) => name.replace(/\$$/, ""));
  expect(names.filter((name) => findOperation(schemas, name)?.input)).not.toEqual([]);
});
