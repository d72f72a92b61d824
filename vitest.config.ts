import { defineConfig } from 'vitest/config';

const layer = (name: string, options: object) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
});

// One project per layer; test/run.ts decides which of them can run on this machine and says why one can't.
const serial = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 };

// The first cluster of a new machine waits for its programs to be built.
const slow = { testTimeout: 300_000, hookTimeout: 45 * 60_000 };

// Virtual machines without help of the processor: a boot is minutes.
const emulated = { testTimeout: 45 * 60_000, hookTimeout: 45 * 60_000 };

// And the labs of one are as many minutes again.
const withLabs = { testTimeout: 120 * 60_000, hookTimeout: 45 * 60_000 };

export default defineConfig({
  test: {
    projects: [
      layer('unit', { testTimeout: 60_000 }),
      layer('sandbox', serial),
      layer('browser', { ...serial, testTimeout: 600_000 }),
      layer('docker', serial),
      layer('kubernetes', { ...serial, ...slow }),
      layer('libvirt', { ...serial, ...emulated }),
      layer('pulumi', { ...serial, ...withLabs }),
    ],
  },
});
