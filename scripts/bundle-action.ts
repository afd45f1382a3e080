import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { licensesOf } from "./licenses.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const actionsFolder = join(root, "actions");

/**
 * Bundles `actions/<name>/src/index.ts` into `<folder>/index.js`, with what is imported only when needed in chunks
 * beside it, and the licenses of the packages it holds. The same sources give the same bytes, wherever they lie.
 */
export async function bundleAction(name: string, folder: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(actionsFolder, name, "src/index.ts")],
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
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
    plugins: [leaveOutProxies],
    metafile: true,
    logLevel: "silent",
  }).catch((error) => {
    throw new Error(`actions/${name} could not be bundled: ${(error as Error).message}`, { cause: error });
  });
  await writeFile(join(folder, "licenses.txt"), await licensesOf(metafile, root));
  // Node reads index.js as an ES module, whatever package.json the caller's repository has further up.
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
}

/**
 * `@actions/core` brings an HTTP client, and that a second copy of undici with a proxy agent, for OIDC tokens only.
 * No action here asks for those: it is 400 kB that every start would read.
 */
const leaveOutProxies: Plugin = {
  name: "leave-out-proxies",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "left-out" }));
    onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: `export class ProxyAgent {
        constructor() { throw new Error("this bundle has no HTTP proxy agent: see scripts/bundle-action.ts"); }
      }`,
    }));
  },
};
