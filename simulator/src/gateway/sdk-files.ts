// Files of the AWS SDK that are found by their names when the simulator runs. The npm package has no node_modules:
// scripts/pack/sdk-files.ts puts them into it, with functions of the same names.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * Loads only the schemas of an SDK client, by their export names. The whole client takes more than twice the memory: a
 * server does not need its commands, waiters, endpoints and sources of credentials.
 * @param client such as `ecs` of `@aws-sdk/client-ecs`
 */
export function loadSchemas(client: string): Promise<Record<string, unknown>> {
  return import(`@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`);
}

/** Returns the TypeScript declarations of a client's structures and enumerations. */
export function readDeclarations(client: string): string {
  const folder = join(folderOf(client), "dist-types/ts3.4/models");
  const files = readdirSync(folder).filter((name) => /^(enums|models_\d+)\.d\.ts$/.test(name));
  return files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
}

/** Folder `@aws-sdk` with the clients that the simulator is installed with. */
export const sdkFolder = (): string => dirname(folderOf("codedeploy"));

const folderOf = (client: string) => dirname(require.resolve(`@aws-sdk/client-${client}/package.json`));

const ofSchemas = /\/@aws-sdk\/client-[a-z0-9-]+\/dist-es\//;

// The SDK writes these files for bundlers, which complete the extensions of imports and detect modules.
registerHooks({
  resolve: (specifier, context, next) => {
    const isRelative = specifier.startsWith(".") && ofSchemas.test(context.parentURL ?? "");
    const found = next(isRelative ? `${specifier}.js` : specifier, context);
    return ofSchemas.test(found.url) ? { ...found, format: "module" } : found;
  },
});
