import { registerHooks } from "node:module";

/**
 * Loads only the schemas of an SDK client, by their export names. The whole client takes more than twice the memory: a
 * server does not need its commands, waiters, endpoints and sources of credentials.
 * @param client such as `ecs` of `@aws-sdk/client-ecs`
 */
export function loadSchemas(client: string): Promise<Record<string, unknown>> {
  return import(`@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`);
}

const ofSchemas = /\/@aws-sdk\/client-[a-z0-9-]+\/dist-es\//;

// The SDK writes these files for bundlers, which complete the extensions of imports and detect modules.
registerHooks({
  resolve: (specifier, context, next) => {
    const isRelative = specifier.startsWith(".") && ofSchemas.test(context.parentURL ?? "");
    const found = next(isRelative ? `${specifier}.js` : specifier, context);
    return ofSchemas.test(found.url) ? { ...found, format: "module" } : found;
  },
});
