import type { Page } from "playwright-core";
import { animatedPng, type Frame } from "./animation.ts";

/** Milliseconds between two pictures of a recording, and for which it shows its end. */
const pauseMs = 300;
const endMs = 4_000;

/** Photographs a page until `over` settles. Returns an animated PNG that plays as fast as the page changed. */
export async function record(page: Page, over: Promise<unknown>): Promise<Buffer> {
  const shots: { readonly png: string; readonly at: number }[] = [];
  const shoot = async () => {
    shots.push({ png: (await page.screenshot()).toString("base64"), at: performance.now() });
    await page.waitForTimeout(pauseMs);
  };
  let isOver = false;
  const ended = over.finally(() => {
    isOver = true;
  });
  while (!isOver) await shoot();
  await ended;
  await shoot();
  return animatedPng(await changesOf(page, shots));
}

/** Returns the first picture, and of each later one the part that differs from the one before. */
async function changesOf(page: Page, shots: readonly { png: string; at: number }[]): Promise<Frame[]> {
  const drawing = await page.context().newPage();
  const frames: Frame[] = [];
  for (const [index, { png, at }] of shots.entries()) {
    const ms = Math.round((shots[index + 1]?.at ?? at + endMs) - at);
    const call = `(${changedPart})(${JSON.stringify([shots[index - 1]?.png, png])})`;
    const part = await drawing.evaluate<{ x: number; y: number; png: string } | null>(call);
    const last = frames.at(-1);
    if (part) frames.push({ x: part.x, y: part.y, png: Buffer.from(part.png, "base64"), ms });
    else if (last) frames[frames.length - 1] = { ...last, ms: last.ms + ms };
  }
  await drawing.close();
  return frames;
}

/** A function of the browser: the smallest rectangle that holds all pixels that changed, or null without any. */
const changedPart = `async ([before, after]) => {
  const draw = async (png) => {
    const image = new Image();
    image.src = "data:image/png;base64," + png;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return { canvas, pixels: new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer) };
  };
  const { canvas, pixels } = await draw(after);
  const old = before && (await draw(before)).pixels;
  let [left, top, right, bottom] = [canvas.width, canvas.height, 0, 0];
  for (let at = 0; at < pixels.length; at++) {
    if (old && old[at] === pixels[at]) continue;
    const [x, y] = [at % canvas.width, Math.floor(at / canvas.width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  if (right === 0) return null;
  const part = Object.assign(document.createElement("canvas"), { width: right - left, height: bottom - top });
  part.getContext("2d").drawImage(canvas, -left, -top);
  return { x: left, y: top, png: part.toDataURL("image/png").split(",")[1] };
}`;
