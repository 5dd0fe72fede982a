/** What a server put into a TRANSACTION_PAYLOAD, and what the program zstd makes of it. */
export interface GoldenFrame {
  readonly name: string;
  readonly packed: Buffer;
  readonly length: number;
  readonly sha256: string;
}

const frame = (name: string, base64: string, length: number, sha256: string): GoldenFrame => ({
  name,
  packed: Buffer.from(base64, 'base64'),
  length,
  sha256,
});

/** Out of binary logs of MySQL 9.7. */
export const goldenFrames: readonly GoldenFrame[] = [
  frame(
    'one block, level 22',
    [
      'KLUv/WCtAOUFALKJIi9gVZMOQEwAAAAAAAAhXOdnyMGvtjFfdIzVjyg4UXZanKyA2+TlMpT+/43SGtlEpv8/ZlIQjP0QFkwwLWAb',
      'oDZN+4AMZ/SLEKenc005HHk3uk93yP2x5bwA3GP+XlzUMSHfrQRrkAiJzK/O9Ya+0shadZyNxsp8ZBwhxgmkZB1MdcmOC1d/X9aq',
      'CxUAoATifiYIAJcyeAaWMIu58MzNsBkKq4E+YKyqDIPmwAUjrMotZ1kaCAwKGYAX',
    ].join(''),
    429,
    '107744489159d878e7e7afbf21504253a0a6b3beda64b5f946447970b889aede',
  ),
  frame(
    'two blocks, level 3',
    [
      'KLUv/aCSVgIAZBYAhBaZQgFrAgEAAABTAAgAEAABAAAdAAEgAKBFAAYDc3RkBP8AEv8AZABYQSBTVEFSVCBYJzZmJyxYJycsMRMw',
      'AGoBZAABdAACAw8CQB8CAQH8/wAg3x8AEAACAAL/ALEEAAD1AXh5ALKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU',
      '1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wAFAQUCAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd',
      'Hh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdo',
      'aWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsQWB',
      'EKgh3JKkUJk2A6FLChnmIiAIBCE4IfhfIfgP/2jxAj4+Pvz48PHh48fHFx8fHz5fgI8PHz98fHx88OPj48fHh48v4MPHx48PPj4+',
      'fvj4+PDjw+cL+Pjg48fHh4+PLz58fHx88fEFfHx8+PHx4cPHj48PHz4+fH4BHx8ffvj4+PjwxcfHh48Pny+Ij4+PHx8+fHz88PHx',
      '8cGHzxfw4+PDj48PHx8/Pvj4+Pjg8wX4+PHx4+Pjg48fHx8+Pnz47AI+Pn588fHx8eHHh48PHx++yBfAx8ePPz4+Pj5++PDx8SX4',
      'GPfcW4gfHx8/fHx8fPDj4+PHxwefL+DDx8ePDz4+Pn74+PDx48PnC/j44OPHx4ePDz8+fHx8fPHxBXx8fPjx4ePDx4+PDx8+PnyJ',
      '0Yr/PT7++PDx8fHFx4ePHx8+yOD/qyg8XGqxMcmk8mhTgEqVe5NfJsv68yomCpAy/c/0Cf/tBADkA3iys7S1tre4ubq7vL2+v8DB',
      'wsPExcbHyMnKy8zNzs/Q7xcAEQDR0tPU1dbX2Nna29wCUUVORCYhAAEBAQBvNejRl/psBiEMghAQYURIhP9fEUb0A2cD4DbWEWJF',
      'tR2xgsf78hc+fvz4+Pjj4+PDX/F9fdCLAPDj48OHj48PPj58+PHx4ePTC/Dj4+MDHx8fPnx8+Pjx4ROL4dYC',
    ].join(''),
    153_234,
    '89904c576dec191681b21774ce0978f94d06137937685dbf9bec95e7d011fa77',
  ),
];
