import { createServer, type Server, type Socket } from 'node:net';

/** Milliseconds between two portions of a slow line. */
const TICK_MILLISECONDS = 20;

/** A line to a server of this machine that can be slow, and can be cut. */
export class Proxy {
  /** Bytes per second of each connection and direction; undefined is as fast as can be. */
  bytesPerSecond: number | undefined;
  /** Bytes that went either way so far. */
  passed = 0;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(
    readonly port: number,
    private readonly target: number,
  ) {}

  /** Takes connections, until `cut`. */
  async open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (client) => {
      const upstream = new (client.constructor as typeof Socket)({ allowHalfOpen: true });
      upstream.connect(this.target, '127.0.0.1');
      this.join(client, upstream);
      this.join(upstream, client);
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  /** Ends all connections and takes no more: what a client sees of a server that is gone. */
  async cut(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  private join(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    from.on('end', () => to.end());
    from.on('data', (chunk: Buffer) => {
      this.passed += chunk.length;
      if (!to.destroyed) to.write(chunk);
      const rate = this.bytesPerSecond;
      if (rate === undefined) return;
      from.pause();
      setTimeout(() => from.resume(), Math.max(TICK_MILLISECONDS, (chunk.length / rate) * 1000));
    });
  }
}
