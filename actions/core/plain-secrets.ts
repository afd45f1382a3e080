import { isObject } from "./is-object.ts";

/**
 * Returns a task definition whose containers get plain values instead of secrets: for a role that may not read Secrets
 * Manager. Each container gets the values of those names that it has as secrets; all its secrets leave.
 */
export function withPlainSecrets(definition: unknown, values: ReadonlyMap<string, string>): unknown {
  if (values.size === 0 || !isObject(definition) || !Array.isArray(definition.containerDefinitions))
    return definition;
  return {
    ...definition,
    containerDefinitions: definition.containerDefinitions.map((container: unknown) =>
      isObject(container) && Array.isArray(container.secrets) ? plainContainer(container, values) : container,
    ),
  };
}

function plainContainer(
  { secrets, environment = [], ...container }: { readonly [key: string]: unknown },
  values: ReadonlyMap<string, string>,
) {
  const names = (secrets as unknown[]).flatMap((secret) => (isObject(secret) ? String(secret.name) : []));
  const plain = names.flatMap((name) => (values.has(name) ? [{ name, value: values.get(name) }] : []));
  return { ...container, environment: [...(environment as unknown[]), ...plain] };
}
