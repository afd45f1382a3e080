/**
 * Gives memory back at once that nobody will read again. The collector sees the small object that stands for it and is in
 * no hurry: of one large layer 64 MB gather, among which other allocations settle, so that the system never gets
 * them back.
 */
export function freeMemory(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
