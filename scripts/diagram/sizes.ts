import type { DiagramGroup, DiagramNode } from "../../actions/shared/diagram/diagram.ts";
import { textWidth, wrap } from "./text.ts";

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

export interface CardText {
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
