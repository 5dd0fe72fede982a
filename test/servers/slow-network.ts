import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Passes connections on to a server, and holds back what it says where told to: a slow network, in a known place. */
export class SlowNetwork {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Bytes that may still pass. */
  #left = Infinity;
  #held: (() => void) | undefined;

  private constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, connect(port, '127.0.0.1')));
  }

  static async open(port: number): Promise<SlowNetwork> {
    const network = new SlowNetwork(port);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets so many more bytes of the server pass; resolved when there was more to pass. */
  holdAfter(bytes: number): Promise<void> {
    this.#left = bytes;
    return new Promise((resolve) => {
      this.#held = resolve;
    });
  }

  /** Ends the connections and holds back nothing of the next ones. */
  pass(): void {
    this.#left = Infinity;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.pass();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, server: Socket): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => {
      if (this.#left > 0) client.write(bytes.subarray(0, Math.min(bytes.length, this.#left)));
      this.#left -= bytes.length;
      if (this.#left < 0) this.#held?.();
    });
  }
}
