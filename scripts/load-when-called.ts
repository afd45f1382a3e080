import { join } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";

/**
 * Keeps a package out of what a start reads: it lies in a file of its own, which is read when something of the package
 * is first used. For what is used in the middle of synchronous code, where `await import(…)` cannot be.
 */
export function loadWhenCalled(name: string): Plugin {
  return {
    name: `load-${name}-when-called`,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^#?${name}$`) }, ({ path }) =>
        path === name ? { path, namespace: "when-called" } : { path, external: true },
      );
      onLoad({ filter: /./, namespace: "when-called" }, async () => ({
        contents: `for (const name of ${JSON.stringify(await exportsOf(name))})
          Object.defineProperty(exports, name, { enumerable: true, get: () => require("#${name}")[name] });`,
      }));
    },
  };
}

/** Writes the file of the package for a bundle that uses it. */
export async function buildCalled(
  name: string,
  bundle: Metafile,
  folder: string,
  options: BuildOptions,
): Promise<Called> {
  if (!(`when-called:${name}` in bundle.inputs)) return { imports: {}, outputs: {} };
  const file = `./chunks/${name}.js`;
  const names = (await exportsOf(name)).join(", ");
  const contents = `export { ${names} } from ${JSON.stringify(name)};`;
  const stdin = { contents, resolveDir: options.absWorkingDir ?? "" };
  const { metafile } = await build({ ...options, stdin, outfile: join(folder, file), metafile: true });
  return { imports: { [`#${name}`]: file }, outputs: metafile.outputs };
}

interface Called {
  /** Of the package.json beside the bundle. */
  readonly imports: Readonly<Record<string, string>>;
  readonly outputs: Metafile["outputs"];
}

async function exportsOf(name: string): Promise<string[]> {
  return Object.keys(await import(name)).filter((each) => /^\w+$/.test(each) && each !== "default");
}
