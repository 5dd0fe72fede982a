/** How long a run had nothing to do but to wait for the disk, in milliseconds. */
export class Waits {
  reads = 0;
  writes = 0;

  /** Waits for something to be read. */
  async reading<T>(promise: Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await promise;
    } finally {
      this.reads += performance.now() - begun;
    }
  }

  /** Waits for something to be written. */
  async writing<T>(promise: Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await promise;
    } finally {
      this.writes += performance.now() - begun;
    }
  }
}
