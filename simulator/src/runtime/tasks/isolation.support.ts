import type { Isolation } from "./runtime.ts";

/** Settings of a container without special requests. */
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
