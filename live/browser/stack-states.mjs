// @ts-check

/**
 * @param {string | undefined} status of a stack or a resource; undefined before it is created
 */
export function kindOf(status) {
  if (status === undefined) return "ahead";
  if (/FAILED|ROLLBACK/.test(status)) return "bad";
  return /COMPLETE$/.test(status) ? "good" : "busy";
}
