/**
 * A request without the members that are empty lists or false. Tools send what a description answered, with such
 * values for what is not used; they ask for nothing.
 */
export function withoutDefaults<Input extends object>(input: Input): Input {
  const asksForSomething = ([, value]: [string, unknown]) =>
    value !== false && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(input).filter(asksForSomething)) as Input;
}
