import { randomUUID } from "node:crypto";
import type { ResourceType } from "./resource-type.ts";
import { text } from "./shape.ts";

/** Part of every template of the CDK, with its versions; CloudFormation creates nothing for it. */
export const metadata: ResourceType = {
  properties: { Analytics: text },
  create: async () => randomUUID(),
  update: async () => {},
  delete: async () => {},
};
