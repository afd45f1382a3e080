// Bundles the service in whose folder it runs: src/index.ts becomes server.mjs in dist, or in the folder that is named;
// it needs Node alone.
import { build } from "rolldown";

/**
 * Removes tables of character sets from mysql2, a third of the bundle: our connections use only utf8mb4, and other
 * character sets fail with an error that names them. Also removes zod's messages in sixty languages, which are not in
 * the bundle anyway but take time to read.
 */
const leaveOutTables = {
  name: "leave-out-tables",
  load: {
    filter: {
      id: [
        /node_modules[/\\]iconv-lite[/\\]encodings[/\\][ds]bcs-data[^/\\]*\.js$/,
        /node_modules[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/,
      ],
    },
    handler: (id) => (id.includes("iconv-lite") ? "module.exports = {};" : "export {};"),
  },
};

/**
 * An ES module that imports Node's `http` makes Node evaluate all its exports, including WebSocket and fetch, which is
 * a seventh of the time of a health check. Loading `http` at run time avoids that.
 */
const askNodeForHttp = {
  name: "ask-node-for-http",
  resolveId: {
    filter: { id: /^(?:node:)?(?:http|https|http2)$/ },
    handler: (id) => `\0${id.replace("node:", "")}`,
  },
  load: {
    filter: { id: /^\0http/ },
    handler: (id) => `module.exports = process.getBuiltinModule("node:${id.slice(1)}");`,
  },
};

const [folder = "dist"] = process.argv.slice(2);
await build({
  input: "src/index.ts",
  platform: "node",
  // Makes the same bundle everywhere: a Dockerfile's build has no tsconfig.json above it.
  tsconfig: false,
  transform: { target: "node24" },
  plugins: [leaveOutTables, askNodeForHttp],
  // The bytes do not depend on the folder: no comment names the path of a module.
  experimental: { attachDebugInfo: "none" },
  output: {
    file: `${folder}/server.mjs`,
    codeSplitting: false,
    comments: false,
    // Lines stay: Node shows the source line of an uncaught error, which must not be the whole bundle.
    minify: { codegen: { removeWhitespace: false } },
  },
});
