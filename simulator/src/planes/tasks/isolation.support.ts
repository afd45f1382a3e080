import type { Isolation } from "./runtime.ts";

/** Of a container that asks for nothing special. */
export const isolation: Isolation = {
  memory: 512,
  cpu: 1024,
  readOnlyRoot: false,
  addedCapabilities: [],
  droppedCapabilities: [],
  init: false,
  ulimits: [],
  kernelParameters: {},
  labels: {},
};
