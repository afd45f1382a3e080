// As actions/toolkit checks names: packages/artifact/src/internal/upload/path-and-artifact-name-validation.ts.
const forbiddenInPaths: Readonly<Record<string, string>> = {
  '"': 'Double quote "',
  ":": "Colon :",
  "<": "Less than <",
  ">": "Greater than >",
  "|": "Vertical bar |",
  "*": "Asterisk *",
  "?": "Question mark ?",
  "\r": "Carriage return \\r",
  "\n": "Line feed \\n",
};
const forbiddenInNames = { ...forbiddenInPaths, "\\": "Backslash \\", "/": "Forward slash /" };

/** Throws for a character that GitHub does not allow in an artifact's name. */
export function checkArtifactName(name: string): void {
  check("name", name, forbiddenInNames);
}

/** Throws for a character that GitHub does not allow in a path inside an artifact. */
export function checkArtifactPath(path: string): void {
  check("path", path, forbiddenInPaths);
}

function check(kind: "name" | "path", value: string, forbidden: Readonly<Record<string, string>>): void {
  const found = Object.keys(forbidden).find((character) => value.includes(character));
  if (found === undefined) return;
  const all = Object.values(forbidden).join(", ");
  throw new Error(
    `The artifact ${kind} is not valid: ${value}. Contains the following character: ${forbidden[found]}; invalid characters include: ${all}`,
  );
}
