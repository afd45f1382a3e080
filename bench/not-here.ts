/** Why a benchmark cannot be measured on this machine: a sentence without its first word capitalized. */
export class NotHere extends Error {
  override readonly name = "NotHere";
}
