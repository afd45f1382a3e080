import { hidden, shownCommand, shownVariable, withoutUserInfo } from "../../../core/shown-value.ts";

const secretProperty = /passw(?:or)?d|passphrase|secret|token|credential|private_?key/i;
/** Properties whose members have names that the template's author chose: variables of programs, options of drivers. */
const ofVariables = /^(?:Environment|EnvironmentVariables|Variables|Options|DriverOpts|DockerLabels)$/;
const ofCommands = /^(?:Command|EntryPoint)$/;
/** Long enough for an ARN on both sides of an arrow. */
const longestValue = 160;

/**
 * Formats a property's value, by its path, for a summary that many may read: hides possible secrets and cuts long
 * values.
 */
export function shownValue(path: string, value: string): string {
  const names = path.split(/[/.]/).filter((name) => name !== "" && !/^\d+$/.test(name));
  if (names.some((name) => secretProperty.test(name))) return hidden;
  const text = withoutUserInfo(shownText(names, value));
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/** CloudFormation shows an object and a list as JSON. */
function shownText(names: readonly string[], value: string): string {
  if (/^[[{]/.test(value)) {
    try {
      return JSON.stringify(shownTree(names, JSON.parse(value)));
    } catch {
      return hidden;
    }
  }
  return String(shownTree(names, value));
}

function shownTree(names: readonly string[], value: unknown): unknown {
  const [name = ""] = names.slice(-1);
  if (name === "UserData") return hidden;
  if (Array.isArray(value)) {
    if (names.some((each) => ofCommands.test(each)) && value.every((word) => typeof word === "string"))
      return shownCommand(value);
    return value.map((item) => shownTree(names, item));
  }
  if (typeof value === "object" && value !== null) return shownObject(names, value);
  if (secretProperty.test(name)) return hidden;
  const text = String(value);
  if (names.some((each) => ofCommands.test(each))) return shownCommand([text])[0];
  if (!names.some((each) => ofVariables.test(each))) return value;
  // CloudFormation shows the value of a variable in a list without the variable's name.
  return name === "Value" ? hidden : shownVariable(name, text);
}

/** `{Name, Value}` is a variable, too. */
function shownObject(names: readonly string[], value: object): object {
  const { Name: given, Value: held } = value as Record<string, unknown>;
  if (typeof given === "string" && held !== undefined && names.some((each) => ofVariables.test(each)))
    return { ...value, Value: shownVariable(given, String(held)) };
  const entries = Object.entries(value).map(([name, item]) => [name, shownTree([...names, name], item)]);
  return Object.fromEntries(entries);
}
