import { createPostState } from "./post-state.ts";

/** Work in progress, and what the post step does with it when the process that follows it has died. */
export type HandedOver<UnderWay, OnCancel> = UnderWay & { readonly onCancel: OnCancel };

/** Keeps work in progress for the post step, in case the step dies before it decides on it. */
export interface HandOver<UnderWay, OnCancel> {
  /** Returns a function that saves work in progress; undefined when there is none, or the step has decided on it. */
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
