/**
 * Widths of the characters of DejaVu Sans in thousandths of the font's size. It is the widest of the fonts that a
 * reader's browser may choose: text that fits with it fits with all.
 */
const widths: readonly (readonly [characters: string, width: number])[] = [
  ["'ijl", 280],
  [" ,.IJ", 320],
  ["/:;\\f|", 360],
  ["()-[]t", 400],
  ['!r"', 460],
  ["*_`?Lcsz", 540],
  ["Fkvxy", 600],
  ["ABCRVXZ", 720],
  ["HNU&DGOQ", 800],
  ["#+<=>^w~M", 860],
  ["@Wm%", 1000],
];
const usual = 640;
const bold = 1.14;

/** In pixels, of one line of text. */
export function textWidth(text: string, fontSize: number, isBold = false): number {
  const thousandths = [...text].reduce((sum, character) => sum + widthOf(character), 0);
  return Math.ceil((thousandths / 1000) * fontSize * (isBold ? bold : 1));
}

function widthOf(character: string): number {
  return widths.find(([characters]) => characters.includes(character))?.[1] ?? usual;
}

/** Breaks a name where its parts meet, so that lines are no longer than so many characters if that is possible. */
export function wrap(text: string, longest: number): string[] {
  const parts = text.match(/.[^-_./: A-Z]*[-_./: ]*/g) ?? [text];
  const lines: string[] = [];
  for (const part of parts) {
    const line = `${lines.at(-1) ?? ""}${part}`;
    if (lines.length === 0 || line.trim().length > longest) lines.push(part);
    else lines[lines.length - 1] = line;
  }
  return lines.map((line) => line.trim());
}
