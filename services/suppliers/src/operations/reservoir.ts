export interface Reservoir {
  add(value: number): void;
  /** The sample of what was added since the last time. */
  take(): number[];
}

/** Keeps a uniform sample of at most `size` values, however many are added (algorithm R, Vitter 1985). */
export function createReservoir(size: number, random: () => number): Reservoir {
  let sample: number[] = [];
  let added = 0;
  return {
    add(value) {
      added++;
      if (sample.length < size) sample.push(value);
      else {
        const place = Math.floor(random() * added);
        if (place < size) sample[place] = value;
      }
    },
    take() {
      const taken = sample;
      sample = [];
      added = 0;
      return taken;
    },
  };
}
