/**
 * Frees memory of data no longer needed at once. The collector sees only the small object for it and is in no hurry: 64
 * MB of one large layer gather, among them other allocations, so that the system never gets them back.
 */
export function freeMemory(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
