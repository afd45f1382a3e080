import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readDeclarations, sdkFolder } from "@ecs-delivery/simulator/gateway/sdk-files";
import { build, type Plugin } from "rolldown";

const own = "\0sdk-files";
const declarations = "simulator/declarations";
const functions = "simulator/sdk";
const clients = readdirSync(sdkFolder()).flatMap((name) => /^client-(.+)$/.exec(name)?.[1] ?? []);

// npm may install a client elsewhere, when two workspaces need different versions of it.
const { dependencies } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../simulator/package.json"), "utf8"),
);
for (const [, client = ""] of Object.keys(dependencies)
  .join("\n")
  .matchAll(/^@aws-sdk\/client-(.+)$/gm))
  if (!clients.includes(client)) throw new Error(`@aws-sdk/client-${client} is not in ${sdkFolder()}`);

/** Replaces the module that searches node_modules by one with the same functions, which finds what `writeSdkFiles` writes. */
export const sdkFiles: Plugin = {
  name: "sdk-files",
  resolveId: { filter: { id: /\/gateway\/sdk-files$|^\.\.?\/(?:.+\/)?sdk-files\.ts$/ }, handler: () => own },
  load(id) {
    if (id !== own) return;
    const schemas = clients
      .map((client) => [client, `@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`] as const)
      .filter(([, file]) => existsSync(join(sdkFolder(), "..", file)))
      .map(([client, file]) => `"${client}": () => import("${file}")`);
    return `import { readFileSync } from "node:fs";
      import { fileURLToPath } from "node:url";
      const schemas = { ${schemas.join(", ")} };
      export const loadSchemas = (client) => schemas[client]();
      export const readDeclarations = (client) =>
        readFileSync(new URL("../${declarations}/" + client + ".d.ts", import.meta.url), "utf8");
      export const sdkFolder = () => fileURLToPath(new URL("../${functions}", import.meta.url));`;
  },
};

/**
 * Writes the declarations of the SDK's clients, and the clients for simulated functions, apart from the simulator's
 * own bundle, which needs only a part of each. Returns the bundled files.
 */
export async function writeSdkFiles(folder: string): Promise<string[]> {
  await mkdir(join(folder, declarations), { recursive: true });
  for (const client of clients)
    await writeFile(join(folder, declarations, `${client}.d.ts`), readDeclarations(client));
  const { output } = await build({
    cwd: sdkFolder(),
    input: Object.fromEntries(clients.map((name) => [`client-${name}/index`, `@aws-sdk/client-${name}`])),
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    output: { dir: join(folder, functions), comments: false, minify: true, entryFileNames: "[name].js" },
  });
  for (const name of clients) {
    const manifest = { name: `@aws-sdk/client-${name}`, type: "module", exports: "./index.js" };
    await writeFile(join(folder, functions, `client-${name}/package.json`), JSON.stringify(manifest));
  }
  return output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
}
