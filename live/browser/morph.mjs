/**
 * Changes an element's children to those of new markup. Elements that stay keep their identity, so focus, selection,
 * open details and transitions survive. Elements with `data-key` are matched by it, others by position and name.
 */
export function morph(target, markup) {
  const template = document.createElement("template");
  template.innerHTML = markup;
  morphChildren(target, template.content);
}

function morphChildren(target, wanted) {
  const keyed = new Map();
  for (const child of target.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  let current = target.firstChild;
  for (const next of [...wanted.childNodes]) {
    const match = keyed.get(next.dataset?.key) ?? (current && isAlike(current, next) ? current : undefined);
    if (!match) {
      target.insertBefore(next, current);
      continue;
    }
    if (match === current) current = current.nextSibling;
    else target.insertBefore(match, current);
    morphNode(match, next);
  }
  while (current) {
    const following = current.nextSibling;
    current.remove();
    current = following;
  }
}

const isAlike = (one, other) => one.nodeName === other.nodeName && !one.dataset?.key && !other.dataset?.key;

function morphNode(target, wanted) {
  if (target.nodeName === "#text" || target.nodeName === "#comment") {
    if (target.data !== wanted.data) target.data = wanted.data;
    return;
  }
  for (const { name, value } of wanted.attributes)
    if (target.getAttribute(name) !== value) target.setAttribute(name, value);
  // A reader opened or closed it.
  for (const { name } of [...target.attributes])
    if (!wanted.hasAttribute(name) && !(name === "open" && target.nodeName === "DETAILS"))
      target.removeAttribute(name);
  // A form field keeps what its user types.
  if (!["INPUT", "TEXTAREA", "SELECT"].includes(target.nodeName) || !target.matches(":focus"))
    morphChildren(target, wanted);
}
