import { createNetwork } from "../network.ts";
import { createFixedRegistry, makeProgram } from "./images-for-tests.ts";
import { isolation } from "./isolation-for-tests.ts";
import { createProcessRuntime } from "./process-runtime.ts";

// Runs one task, with files in the folder and a connection to the port given as arguments, until it is killed.
const [directory = ".", port] = process.argv.slice(2);
const image = await makeProgram(
  directory,
  `import { connect } from "node:net"; connect(${Number(port)}, "127.0.0.1")`,
);
const registry = createFixedRegistry({ image });
const runtime = createProcessRuntime({ registry, network: createNetwork(), directory });
await runtime.start({
  image: await runtime.pull("image"),
  address: "10.0.0.4",
  ports: [],
  environment: {},
  isolation,
  metadata: { id: "1", container: () => ({}), task: () => ({}) },
  onLine: console.log,
});
