import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { shrinkLazyImports } from "./lazy-imports.ts";
import { licensesOf } from "./licenses.ts";
import { buildCalled, loadWhenCalled } from "./load-when-called.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const actionsFolder = join(root, "actions");

const options = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: "node",
  format: "esm",
  // The version that `runs.using` of the actions names.
  target: "node24",
  // Of the SDK's packages the ES modules, from which what is not used can be left out.
  mainFields: ["module", "main"],
  legalComments: "none",
  // Some packages are CommonJS and require Node's own modules, which an ES module has no `require` for.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * Bundles `actions/<name>/src/index.ts` into `<folder>/index.js`, with what is imported only when needed in chunks
 * beside it, and the licenses of the packages it holds. The same sources give the same bytes, wherever they lie.
 */
export async function bundleAction(name: string, folder: string): Promise<void> {
  const source = join(actionsFolder, name, "src");
  const entry = join(source, "index.ts");
  // Where there is a post step, the entry loads the step itself from here.
  const main = join(source, "main.ts");
  const { metafile } = await build({
    ...options,
    entryPoints: [entry],
    outdir: folder,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    plugins: [
      leaveOut,
      askNodeForHttp,
      loadWhenCalled("yaml"),
      shrinkLazyImports(root, entry, existsSync(main) ? main : undefined),
    ],
    metafile: true,
  }).catch((error) => {
    throw new Error(`actions/${name} could not be bundled: ${(error as Error).message}`, { cause: error });
  });
  const { imports, outputs } = await buildCalled("yaml", metafile, folder, options);
  const all = { ...metafile, outputs: { ...metafile.outputs, ...outputs } };
  await writeFile(join(folder, "licenses.txt"), await licensesOf(all, root));
  // Node reads index.js as an ES module, whatever package.json the caller's repository has further up.
  await writeFile(join(folder, "package.json"), `${JSON.stringify({ type: "module", imports })}\n`);
}

/**
 * What packages import and no action here uses of them; each would be read at every start, or be a chunk that nothing
 * can load. An action that imports one by itself gets it.
 */
const leftOut: Readonly<Record<string, string>> = {
  // `@actions/core` brings them for OIDC tokens and for details of the platform; they bring a second copy of undici.
  "@actions/http-client": "export class HttpClient { constructor() { refuse(); } }",
  "@actions/http-client/lib/auth": "export class BearerCredentialHandler { constructor() { refuse(); } }",
  "@actions/exec": "export const getExecOutput = refuse;",
  // The SDK asks it what browser it runs in, only in a browser.
  bowser: "export default { parse: refuse };",
};

const leaveOut: Plugin = {
  name: "leave-out",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, importer }) =>
      path in leftOut && importer.includes("/node_modules/") ? { path, namespace: "left-out" } : undefined,
    );
    onLoad({ filter: /./, namespace: "left-out" }, ({ path }) => ({
      contents: `function refuse() { throw new Error("this bundle leaves ${path} out: see scripts/bundle-action.ts"); }
        ${leftOut[path]}`,
    }));
  },
};

/**
 * An ES module that imports Node's `http` makes Node evaluate all that it exports, which loads its WebSocket and fetch:
 * 25 ms of a start. Asked for at run time, they stay unloaded.
 */
const askNodeForHttp: Plugin = {
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
