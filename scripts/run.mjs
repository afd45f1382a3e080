// Runs one of this repository's TypeScript programs on a fresh clone: installs the packages and Node 24 that the
// lock file names, and with --database a MySQL-protocol server, then starts the program. Plain JavaScript for Node 20
// and without dependencies, because nothing else is installed yet.
//
//   node scripts/run.mjs [--database] <program.ts> [arguments]

const oldest = 20;

// An older Node cannot even read the modules of run/.
if (Number(process.versions.node.split(".")[0]) < oldest) {
  console.error(
    `Node ${process.versions.node} is too old. Fix: install Node ${oldest} or newer from https://nodejs.org`,
  );
  process.exit(2);
}
const { run } = await import("../program/src/run.mjs");
await run(process.argv.slice(2));
