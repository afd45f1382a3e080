// Loaded before the command line and its actions on Node 20 and 22, which lack functions that the bundles use.
import { syncBuiltinESMExports } from "node:module";
import workerThreads from "node:worker_threads";
import zlib from "node:zlib";

Map.groupBy ??= (items, keyOf) => {
  const groups = new Map();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
};

Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

// undici needs both when it is loaded, not for the requests of a load test.
workerThreads.markAsUncloneable ??= () => {};
zlib.createZstdDecompress ??= () => {
  throw new Error("zstd needs Node 22.15 or newer.");
};
syncBuiltinESMExports();
