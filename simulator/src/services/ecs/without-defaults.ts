/**
 * Returns a request without members that are empty lists or false. Tools send descriptions back, with such values for
 * unused settings; they have no effect.
 */
export function withoutDefaults<Input extends object>(input: Input): Input {
  const asksForSomething = ([, value]: [string, unknown]) =>
    value !== false && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(input).filter(asksForSomething)) as Input;
}
