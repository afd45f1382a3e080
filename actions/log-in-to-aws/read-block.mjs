// Plain JavaScript without dependencies, like the other files here: it runs on the runner's own Node.js.

const names = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

// As in a credentials file; `export` of bash, `set` of cmd and `$Env:` of PowerShell are accepted too.
const assignment = /^(?:export |set |\$env:)?"?(aws_[a-z_]+)\s*=(.*)$/i;
const shapes = [/^\w{16,128}$/, /^[\w+/=-]{16,}$/, /^[\w+/=-]{16,}$/];
/** The rest of a value that was broken into several lines. */
const restOfValue = /^[\w+/-]{8,}={0,2}$/;
// The lab's page shows "Session to end at"; credentials files of some tools have an expiration.
const end =
  /(?:session to end at|expir[a-z]*)[\s:="]{1,4}(\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d))/i;

/**
 * Reads the block that AWS Details shows for the AWS CLI. Errors name lines and never contain their text.
 *
 * @param {string} block
 * @returns `secrets` to mask before anything else, `problems` (empty if the keys are complete), the `keys` by
 *   the names of the inputs, and the time when they end, if a line of the block states it
 */
export function readBlock(block) {
  /** @type {Record<string, { value: string, line: number }>} */
  const found = {};
  const secrets = [];
  const problems = [];
  let ends;
  for (const [index, text] of block.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1;
    // Also removes a byte order mark.
    const trimmed = text.trim();
    const [, name = "", given = ""] = assignment.exec(trimmed) ?? [];
    const key = name.toLowerCase();
    ends ??= end.exec(trimmed)?.[1];
    const value = given.trim().replace(/^["']|["']$/g, "");
    // Also under a misspelt name.
    if (/key|token/.test(key)) secrets.push(value);
    if (names.includes(key)) {
      if (found[key])
        problems.push(`line ${line} has ${key} again, which line ${found[key].line} has already`);
      else found[key] = { value, line };
    } else if (Object.keys(found).length > 0 && restOfValue.test(trimmed)) {
      secrets.push(trimmed);
      problems.push(
        `line ${line} has a value without a name; each value must be on one line, after its name`,
      );
    }
  }
  problems.push(...problemsOf(found));
  return {
    // Masking a shorter text would only make the log unreadable.
    secrets: secrets.filter((secret) => secret.length >= 8),
    problems,
    keys: Object.fromEntries(names.map((name) => [name.replaceAll("_", "-"), found[name]?.value ?? ""])),
    ends: ends !== undefined && Number.isFinite(Date.parse(ends)) ? new Date(ends) : undefined,
  };
}

/** @param {Record<string, { value: string, line: number }>} found */
function problemsOf(found) {
  // Only the permanent keys of a user have no session token.
  const permanent = found.aws_access_key_id?.value.startsWith("AKIA");
  return names.flatMap((name, index) => {
    const { value, line } = found[name] ?? {};
    if (value === undefined)
      return permanent && name === "aws_session_token" ? [] : [`the line ${name}=... is missing`];
    if (value === "") return [`line ${line}, ${name}, has no value`];
    return shapes[index]?.test(value) ? [] : [`line ${line}, ${name}, is not a complete value`];
  });
}
