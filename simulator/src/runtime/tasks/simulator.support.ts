import { createNetwork } from "../network.ts";
import { createFixedRegistry, makeProgram } from "./images.support.ts";
import { isolation } from "./isolation.support.ts";
import { createProcessRuntime } from "./process-runtime.ts";

// Runs one task, with files in the folder and a connection to the port given as arguments, until it is killed. With a
// share of a core per vCPU as third argument, the task tries to use more than it.
const [directory = ".", port, share] = process.argv.slice(2);
const image = await makeProgram(
  directory,
  `
    import { connect, createServer } from "node:net";
    connect(${Number(port)}, "127.0.0.1").write(String(process.pid));
    createServer().listen(8080);
    const work = () => { const end = Date.now() + 20; while (Date.now() < end); setImmediate(work); };
    if (${share !== undefined}) work();
  `,
);
const registry = createFixedRegistry({ image });
const runtime = createProcessRuntime({
  ...{ registry, directory },
  network: createNetwork(),
  vcpuShare: share === undefined ? undefined : Number(share),
});
await runtime.start({
  image: await runtime.pull("image"),
  address: "10.0.0.4",
  ports: [],
  environment: {},
  isolation,
  metadata: { id: "1", container: () => ({}), task: () => ({}) },
  onLine: console.log,
});
