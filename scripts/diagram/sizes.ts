import type { DiagramGroup, DiagramNode } from "../../actions/shared/diagram/diagram.ts";

/** Padding in pixels. */
export const padding = 14;
export const iconSize = 34;
export const font = { title: 14, text: 12, label: 12 };
export const lineHeight = { title: 17, text: 15 };

/** Characters in a line of a card, of which most names need one or two. */
const longestTitle = 16;
const longestText = 26;

interface Size {
  readonly width: number;
  readonly height: number;
}

interface CardText {
  readonly titles: readonly string[];
  readonly texts: readonly string[];
}

export function cardText({ title, service, details }: DiagramNode): CardText {
  const texts = [service, ...details].filter(Boolean).flatMap((text) => wrap(text, longestText));
  return { titles: wrap(title, longestTitle), texts };
}

/** Returns the size of an icon with the title and lines of text next to it. */
export function cardSize(node: DiagramNode): Size {
  const { titles, texts } = cardText(node);
  const widths = [
    ...titles.map((line) => textWidth(line, font.title, true)),
    ...texts.map((line) => textWidth(line, font.text)),
  ];
  const height = lineHeight.title * titles.length + lineHeight.text * texts.length;
  return { width: 8 + iconSize + 8 + Math.max(...widths) + 8, height: Math.max(iconSize, height) + 14 };
}

/** Title and details of a frame, one below the other. */
export function frameHead({ title, details }: DiagramGroup): Size {
  const width = Math.max(
    textWidth(title, font.title, true),
    ...details.map((line) => textWidth(line, font.text)),
  );
  return { width: width + 2 * padding, height: 26 + lineHeight.text * details.length };
}

export function labelSize(label: string): Size {
  return { width: textWidth(label, font.label) + 6, height: 16 };
}

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
