// The drivers by name, each a module that is loaded when a room needs it; and which one has made a room.

import type { Driver, RoomStatus } from '../driver/driver.ts';
import type { DriverOptions } from '../driver/driver-options.ts';
import type { AttachOptions } from '../driver/existing/attached-rooms.ts';
import { markedDriver, markedRooms } from '../infra/room-mark.ts';
import type { DriverName } from '../topology/topology.ts';
import type { App } from './app.ts';

type Open = (options: DriverOptions) => Promise<Driver>;

const drivers: Readonly<Record<DriverName, Open>> = {
  sandbox: async (options) => (await import('../driver/sandbox/sandbox-driver.ts')).sandboxDriver(options),
  libvirt: async (options) => (await import('../driver/libvirt/libvirt-driver.ts')).libvirtDriver(options),
  minikube: async (options) => {
    const { minikubeDriver } = await import('../driver/minikube/minikube-driver.ts');
    return minikubeDriver({
      ...(await attachOptions(options)),
      workplace: { ...options, cacheDir: options.paths.cache },
    });
  },
  existing: async (options) =>
    (await import('../driver/existing/existing-driver.ts')).existingDriver(await attachOptions(options)),
};

/** The person's own kubectl, else the one that podlab has. */
async function attachOptions(options: DriverOptions): Promise<AttachOptions> {
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const { paths, home } = options;
  const { pinnedVersion, presentToolchain } = await import('../toolchain/resolve-toolchain.ts');
  const toolchain = await presentToolchain({ ...options, cacheDir: paths.cache, version: pinnedVersion(home) });
  const path = toolchain === undefined ? options.path : `${options.path}:${toolchain.bin}`;
  return { ...options, path, now: () => Date.now(), sleep };
}

export async function openDriver(name: DriverName, options: DriverOptions): Promise<Driver> {
  return drivers[name](options);
}

type Rooms = Pick<App, 'paths' | 'driver'>;

/** The driver of the stack's room; that of the sandbox when there is none. */
export async function roomDriver(app: Rooms, stack: string): Promise<Driver> {
  return app.driver(markedDriver(app.paths.state, stack) ?? 'sandbox');
}

/** The rooms of all drivers. */
export async function allRooms(app: Rooms): Promise<readonly RoomStatus[]> {
  const sandbox = await (await app.driver('sandbox')).list();
  const marked = markedRooms(app.paths.state).map(async ({ stack, driver }) =>
    (await app.driver(driver)).status(stack),
  );
  const others = (await Promise.all(marked)).filter(({ state }) => state !== 'down');
  return [...sandbox, ...others].sort((one, other) => (one.stack < other.stack ? -1 : 1));
}

/** Names of the rooms of all drivers, without asking how they are. */
export async function roomNames(app: Rooms): Promise<readonly string[]> {
  const sandbox = await (await app.driver('sandbox')).list();
  return [...sandbox, ...markedRooms(app.paths.state)].map(({ stack }) => stack).sort();
}

/** The driver that a room stands with; undefined when there is none. */
export async function standingDriver(app: Rooms, stack: string): Promise<DriverName | undefined> {
  const marked = markedDriver(app.paths.state, stack);
  // A mark outlives a room that was removed by other means.
  if (marked !== undefined && (await (await app.driver(marked)).status(stack)).state !== 'down') return marked;
  const { state } = await (await app.driver('sandbox')).status(stack);
  return state === 'down' ? undefined : 'sandbox';
}
