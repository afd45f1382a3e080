// @ts-check

/** Markup, in contrast to text. */
export class Html {
  /** @param {string} markup */
  constructor(markup) {
    this.markup = markup;
  }

  toString() {
    return this.markup;
  }
}

/**
 * Builds markup from a template. Values are escaped, here and nowhere else; markup and lists of it are inserted as they
 * are.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export function html(strings, ...values) {
  let markup = strings[0] ?? "";
  values.forEach((value, index) => {
    markup += toMarkup(value) + strings[index + 1];
  });
  return new Html(markup);
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function toMarkup(value) {
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(toMarkup).join("");
  if (value === undefined || value === null || value === false) return "";
  return escapeHtml(String(value));
}

/** @param {string} text for an element or for an attribute in quotation marks */
export function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
