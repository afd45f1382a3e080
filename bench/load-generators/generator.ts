export interface GeneratorLoad {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

/** Figures that a load generator reports. */
export interface GeneratorResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
