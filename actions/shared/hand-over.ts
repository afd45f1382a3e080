import { createPostState } from "./post-state.ts";

/** Something under way, and what is to become of it without the process that follows it. */
export type HandedOver<UnderWay, OnCancel> = UnderWay & { readonly onCancel: OnCancel };

/** Gives what is under way to the post step, for the case that the step dies before it decided what becomes of it. */
export interface HandOver<UnderWay, OnCancel> {
  /** A function that keeps what is under way; undefined when nothing is, or the step decided what becomes of it. */
  saver(onCancel: OnCancel): (underWay: UnderWay | undefined) => void;
  read(): HandedOver<UnderWay, OnCancel> | undefined;
}

/** @param name of the state that it is kept in. */
export function createHandOver<UnderWay extends object, OnCancel>(
  name: string,
): HandOver<UnderWay, OnCancel> {
  const { save, read } = createPostState<HandedOver<UnderWay, OnCancel>>(name);
  return { read, saver: (onCancel) => (underWay) => save(underWay && { ...underWay, onCancel }) };
}
