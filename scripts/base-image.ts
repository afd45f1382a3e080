import { parseArgs } from "node:util";
import { makeNodeBase } from "./base-image/make-node-base.ts";

const usage = `node scripts/base-image.ts --folder F [--npm]

Makes the root file system of an image with Node 24 in the folder F, of this machine's own files and without any
registry. An engine takes it by
  tar --create --directory F . | docker import --change 'ENTRYPOINT ["node"]' - node-base

  --folder F  made when absent; has to be empty
  --npm       with npm, for a Dockerfile's build stage
  --help
`;

try {
  const { values } = parseArgs({
    options: { folder: { type: "string" }, npm: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) console.log(usage);
  else if (!values.folder) throw new Error(`--folder is missing\n\n${usage}`);
  else console.log(await makeNodeBase({ folder: values.folder, npm: values.npm ?? false }));
} catch (error) {
  console.error(`base-image: ${(error as Error).message}`);
  process.exitCode = 1;
}
