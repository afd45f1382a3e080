// Bundles the service in whose folder it runs: src/index.ts becomes dist/server.mjs, which needs Node alone.
import { rm } from "node:fs/promises";
import { build } from "esbuild";

/**
 * What mysql2 brings for others, a third of the bundle: tables of character sets that no connection of ours speaks
 * (they are utf8mb4), which are refused by name without them. And zod's
 * sentences in sixty languages: they would not be in the bundle either way, but take time to read.
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
 * An ES module that imports Node's `http` makes Node evaluate all that it exports, its WebSocket and fetch too: a
 * seventh of what a health check takes. Asked for at run time, they stay unloaded.
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

// Garbage is collected no more, as in esbuild's own command: its program ends with the bundle, a quarter sooner so.
process.env.GOGC = "off";

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: ["src/index.ts"],
  outfile: "dist/server.mjs",
  bundle: true,
  minify: true,
  platform: "node",
  format: "esm",
  target: "node24",
  // The same bundle wherever it is made: a Dockerfile's build has no tsconfig.json above it.
  tsconfigRaw: {},
  // Node shows the source line of an uncaught error: it must not be the whole bundle.
  lineLimit: 160,
  // mysql2 is CommonJS and requires Node's own modules, which an ES module has no `require` for.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  plugins: [leaveOutTables, askNodeForHttp],
  logLevel: "warning",
});
