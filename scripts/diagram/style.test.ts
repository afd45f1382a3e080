import { expect, test } from "vitest";
import { dark, light } from "./style.ts";

const onGrounds: readonly (readonly [text: keyof typeof light, grounds: readonly (keyof typeof light)[]])[] =
  [
    ["text", ["page", "card"]],
    ["quiet", ["page", "card", "public-ground", "private-ground"]],
    ["vpc", ["page", "public-ground", "private-ground"]],
    ["public", ["public-ground"]],
    ["private", ["private-ground"]],
    ["cluster", ["page", "public-ground", "private-ground"]],
  ];
const pairs = onGrounds.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const));

test.each(pairs)("%s on %s is readable, light and dark", (text, ground) => {
  for (const colours of [light, dark])
    expect(contrast(colours[text], colours[ground])).toBeGreaterThanOrEqual(4.5);
});

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
