import { describe, expect, it } from "vitest";
import {
  defineOptions,
  nearest,
  oneOf,
  parseCommandLine,
  Refusal,
  restoreFromNpm,
  usageOf,
  wholeNumber,
  withoutNpmOptions,
} from "./command-line.mjs";

const command = {
  name: "brew",
  about: "Makes coffee.",
  options: defineOptions({
    strong: { help: "with twice the beans" },
    cups: { value: "N", parse: wholeNumber(1, 12), help: "how many" },
    roast: { value: "KIND", parse: oneOf("light", "dark"), help: "of the beans" },
    add: { value: "WHAT", multiple: true, help: "may be given several times" },
  }),
};

describe("the options of a command", () => {
  it.each([
    [[], {}],
    [["--strong"], { strong: true }],
    [["--cups", "3", "--roast=dark"], { cups: 3, roast: "dark" }],
    [["--add=milk", "--add", "sugar=brown"], { add: ["milk", "sugar=brown"] }],
    [["-h"], { help: true }],
  ])("are read from %j", (argv, values) => {
    expect(parseCommandLine(command, argv)).toEqual(values);
  });

  const list = "Options: --strong, --cups, --roast, --add, --help";
  it.each([
    [["--stronk"], `unknown option --stronk, did you mean --strong? ${list}`],
    [["--cusp", "2"], `unknown option --cusp, did you mean --cups? ${list}`],
    [["--temperature"], `unknown option --temperature. ${list}`],
    [["--constructor"], `unknown option --constructor. ${list}`],
    [["now"], `unexpected argument "now". ${list}`],
    [["--cups", "0"], '--cups: "0" is not a whole number from 1 to 12'],
    [["--cups=1e1"], '--cups: "1e1" is not a whole number from 1 to 12'],
    [["--roast", "burnt"], '--roast: "burnt" is not one of light, dark'],
    [["--cups"], "--cups needs a value: --cups N"],
    [["--cups", "--strong"], "--cups needs a value: --cups N"],
    [["--strong=very"], '--strong takes no value, and has "very"'],
  ])("are refused with a sentence: %j", (argv, message) => {
    const parse = () => parseCommandLine(command, argv);
    expect(parse).toThrow(Refusal);
    expect(parse).toThrow(message);
  });
});

describe("options that npm has taken from `npm run brew --option`", () => {
  it.each([
    [{ npm_config_strong: "true" }, [], ["--strong"]],
    [{ npm_config_cups: "3", npm_config_strong: "" }, [], ["--cups=3"]],
    [{ npm_config_cups: "true" }, ["3", "--strong"], ["--cups=3", "--strong"]],
    [{ npm_config_add: "milk\n\nsugar" }, [], ["--add=milk", "--add=sugar"]],
    [{}, ["--cups", "3"], ["--cups", "3"]],
  ])("are restored: %j %j", (environment, argv, meant) => {
    expect(restoreFromNpm(command, argv, { npm_lifecycle_event: "brew", ...environment })).toEqual(meant);
  });

  it.each([
    { environment: { npm_config_cups: "true", npm_config_roast: "true" }, argv: ["3", "dark"] },
    { environment: { npm_config_cups: "true", npm_config_roast: "true" }, argv: [] },
  ])("are requested again when their values are ambiguous: $argv", ({ environment, argv }) => {
    const restore = () => restoreFromNpm(command, argv, { npm_lifecycle_event: "brew", ...environment });
    expect(restore).toThrow("npm run brew -- --cups N --roast KIND");
  });

  it("are not those of another script that runs this command", () => {
    expect(restoreFromNpm(command, [], { npm_lifecycle_event: "test", npm_config_strong: "true" })).toEqual(
      [],
    );
  });

  it("are not passed on to other programs", () => {
    const environment = { npm_config_strong: "true", npm_config_cache: "/c" };
    expect(withoutNpmOptions(command, environment)).toEqual({ npm_config_cache: "/c" });
  });
});

it("the usage fits the terminal", () => {
  expect(usageOf(command, 40)).toBe(`npm run brew -- [options]

Makes coffee.

  --strong      with twice the beans
  --cups N      how many
  --roast KIND  of the beans
  --add WHAT    may be given several
                times
  --help        print this text`);
});

it.each([
  ["onec", "once"],
  ["prot", "port"],
  ["time", "time-scale"],
  ["x", undefined],
  ["something-else", undefined],
])("the nearest name to %s is %s", (given, name) => {
  expect(nearest(given, ["once", "port", "time-scale"])).toBe(name);
});
