import { Failure } from "../../../shared/failure.ts";
import { type InputReader, readInputs } from "../../../shared/inputs.ts";
import { readLoad } from "../../../shared/load/plan/read-load.ts";

/** Inputs of run-load-test by name; an empty one is not set. */
export type LoadProfile = Readonly<Record<(typeof names)[number], string>>;
const names = [
  "targets",
  "allowed-hosts",
  "loop",
  "connections",
  "rate",
  "duration",
  "warm-up",
  "assertions",
] as const;

/** Placeholder for the address that is not known yet; no real host has this name (RFC 2606). */
const anyAddress = "http://address.invalid";

/**
 * Reads the load of every count, checked by run-load-test's own rules, so that a mistake is found before anything is
 * scaled. Without an address there are no targets yet.
 */
export function readLoadProfile(read: InputReader): LoadProfile {
  const address = readAddress(read);
  const rate = read.optional("rate") ?? "";
  const profile = {
    ...targetsOf(address ?? anyAddress, readPaths(read)),
    loop: rate ? "open" : "closed",
    connections: rate ? "" : (read.optional("connections") ?? ""),
    rate,
    duration: read.optional("duration") ?? "",
    "warm-up": read.optional("warm-up") ?? "",
    assertions: readAssertions(read),
  };
  checkByItsRules(read, profile);
  return address ? profile : { ...profile, targets: "", "allowed-hosts": "" };
}

/** Reads scheme and host, without a slash at the end. */
function readAddress(read: InputReader): string | undefined {
  const text = read.optional("address");
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.host && url.href === `${url.origin}/`) return url.origin;
  read.problem(`Input address is "${text}"; expected scheme and host, such as https://web.example`);
  return undefined;
}

function readPaths(read: InputReader): string[] {
  const paths = (read.optional("paths") ?? "/").split(/\s+/);
  const wrong = paths.filter((path) => !/^\/(?!\/)[^\\#]*$/.test(path));
  if (wrong.length > 0)
    read.problem(
      `Input paths has ${wrong.join(", ")}; expected paths that begin with one /, such as /suppliers`,
    );
  const once = [...new Set(paths)];
  if (once.length < paths.length) read.problem(`Input paths is "${paths.join(" ")}", which has a path twice`);
  return once.filter((path) => !wrong.includes(path));
}

/** Splits one line, as a form sends it, into lines. */
function readAssertions(read: InputReader): string {
  const texts = read.lines("assertions").flatMap((line) => line.split(","));
  return texts
    .map((text) => text.trim())
    .filter(Boolean)
    .join("\n");
}

function targetsOf(
  address: string,
  paths: readonly string[],
): Pick<LoadProfile, "targets" | "allowed-hosts"> {
  return {
    targets: paths.map((path) => `${address}${path}`).join("\n"),
    "allowed-hosts": new URL(address).host,
  };
}

function checkByItsRules(read: InputReader, profile: LoadProfile): void {
  // With all paths faulty, no targets remain, which needs no second message.
  if (!profile.targets) return;
  try {
    readInputs(readLoad, (name) => (profile as Readonly<Record<string, string>>)[name] ?? "");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    read.problem(error.message);
  }
}
