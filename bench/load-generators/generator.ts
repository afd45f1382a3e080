export interface GeneratorLoad {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

/** What a load generator says it measured. */
export interface GeneratorResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
