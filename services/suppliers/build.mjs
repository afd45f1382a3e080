// Bundles the service in whose folder it runs: src/index.ts becomes server.mjs in dist, or in the folder that is named;
// it needs Node alone.
import { build } from "esbuild";

/**
 * Removes tables of character sets from mysql2, a third of the bundle: our connections use only utf8mb4, and other
 * character sets fail with an error that names them. Also removes zod's messages in sixty languages, which are not in
 * the bundle anyway but take time to read.
 */
const leaveOutTables = {
  name: "leave-out-tables",
  setup({ onLoad }) {
    const tables = /node_modules[/\\]iconv-lite[/\\]encodings[/\\][ds]bcs-data[^/\\]*\.js$/;
    onLoad({ filter: tables }, () => ({ contents: "module.exports = {};" }));
    const sentences = /node_modules[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/;
    onLoad({ filter: sentences }, () => ({ contents: "export {};" }));
  },
};

/**
 * An ES module that imports Node's `http` makes Node evaluate all its exports, including WebSocket and fetch, which is
 * a seventh of the time of a health check. Loading `http` at run time avoids that.
 */
const askNodeForHttp = {
  name: "ask-node-for-http",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(http|https|http2)$/ }, ({ path }) => ({
      path: path.replace("node:", ""),
      namespace: "node",
    }));
    onLoad({ filter: /./, namespace: "node" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
  },
};

// Turns garbage collection off, as esbuild's own command does: the program ends with the bundle, a quarter faster.
process.env.GOGC = "off";

const [folder = "dist"] = process.argv.slice(2);
await build({
  entryPoints: ["src/index.ts"],
  outfile: `${folder}/server.mjs`,
  bundle: true,
  minify: true,
  platform: "node",
  format: "esm",
  target: "node24",
  // Makes the same bundle everywhere: a Dockerfile's build has no tsconfig.json above it.
  tsconfigRaw: {},
  // Node shows the source line of an uncaught error, which must not be the whole bundle.
  lineLimit: 160,
  // mysql2 is CommonJS and requires Node's own modules, which an ES module has no `require` for.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  plugins: [leaveOutTables, askNodeForHttp],
  logLevel: "warning",
});
