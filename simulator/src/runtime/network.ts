/** The real place of a private address of the simulated VPC: a socket on loopback. */
export interface Socket {
  readonly host: string;
  readonly port: number;
}

/**
 * Maps addresses of the simulated VPC, as the API reports them (10.0.1.23:8080), to the loopback sockets of the
 * processes behind them. Loopback addresses are not mapped.
 */
export interface Network {
  publish(address: string, port: number, socket: Socket): void;
  withdraw(address: string, port: number): void;
  /** Returns undefined when no server listens there: a connection would be refused or time out. */
  resolve(address: string, port: number): Socket | undefined;
}

export function createNetwork(): Network {
  const sockets = new Map<string, Socket>();
  return {
    publish: (address, port, socket) => void sockets.set(`${address}:${port}`, socket),
    withdraw: (address, port) => void sockets.delete(`${address}:${port}`),
    resolve: (address, port) =>
      sockets.get(`${address}:${port}`) ?? (address.startsWith("127.") ? { host: address, port } : undefined),
  };
}
