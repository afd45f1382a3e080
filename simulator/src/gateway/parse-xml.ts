/** An element without its attributes: the simulator needs none of them. */
export interface XmlElement {
  /** Without the prefix of its namespace. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Its text, entities resolved, without that of its children. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Comment, declaration, CDATA section, closing tag, opening tag, or text up to the next of them. */
const token =
  /<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/<>!?"']+)(\s(?:[^<>"']|"[^"]*"|'[^']*')*?)?(\/?)>|([^<]+)/gsy;

/** Reads the XML that clients of AWS send; throws SyntaxError where it is not well-formed, or has a DTD. */
export function parseXml(document: string): XmlElement {
  const root: OpenElement = { name: "", children: [], text: "" };
  const open: OpenElement[] = [root];
  const top = () => open.at(-1) ?? root;
  let position = 0;
  while (position < document.length) {
    token.lastIndex = position;
    const found = token.exec(document);
    if (!found) throw new SyntaxError(`The XML is not well-formed at character ${position + 1}.`);
    position = token.lastIndex;
    const [, cdata, closing, opening, , empty, text] = found;
    if (text !== undefined) top().text += resolveEntities(text);
    else if (cdata !== undefined) top().text += cdata;
    else if (closing !== undefined) close(open, localName(closing));
    else if (opening !== undefined) {
      const element: OpenElement = { name: localName(opening), children: [], text: "" };
      top().children.push(element);
      if (!empty) open.push(element);
    }
  }
  const [element] = root.children;
  if (open.length > 1) throw new SyntaxError(`The XML ends before </${top().name}>.`);
  if (!element || root.children.length > 1 || root.text.trim() !== "")
    throw new SyntaxError("The XML must have exactly one outermost element.");
  return element;
}

function close(open: OpenElement[], name: string): void {
  const last = open.pop();
  if (!last || open.length === 0 || last.name !== name)
    throw new SyntaxError(`The XML closes <${name}>, which is not open.`);
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function resolveEntities(text: string): string {
  return text.replace(/&(#x?)?([^;&]*);?/g, (whole, numeric: string | undefined, name: string) => {
    const code = numeric === undefined ? undefined : Number.parseInt(name, numeric === "#x" ? 16 : 10);
    const value =
      code === undefined ? entities[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (value === undefined || !whole.endsWith(";"))
      throw new SyntaxError(`The XML has ${whole}, which is no entity.`);
    return value;
  });
}
