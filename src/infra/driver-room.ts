// A room that one of podlab's own drivers makes, as a Pulumi resource: no plugin, the same code that `podlab up` runs.

import { dynamic, type Output, type ResourceOptions } from '@pulumi/pulumi';
import type { Topology } from '../topology/topology.ts';

export interface DriverRoomArgs {
  /** Absolute path of the module that has the work done. It is loaded in another process, which has none of this one's modules. */
  readonly door: string;
  /** Absolute path of the stack file. */
  readonly file: string;
  readonly topology: Topology;
}

/** What that module does; `state` is all that Pulumi remembers of the room. */
export interface RoomDoor {
  make(inputs: RoomInputs): Promise<RoomState>;
  /** Undefined when the room is gone. */
  look(state: RoomState): Promise<RoomState | undefined>;
  change(inputs: RoomInputs): Promise<RoomState>;
  remove(state: RoomState): Promise<void>;
}

export interface RoomInputs {
  readonly door: string;
  readonly file: string;
  readonly stack: string;
  /** The resolved topology as JSON. */
  readonly topology: string;
}

export interface RoomState extends RoomInputs {
  /** What `podlab status` says: a room of which something is gone is not the one that is wanted. */
  readonly health: string;
  readonly nodes: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  /** The administrator's; '' for a room without a cluster. */
  readonly kubeconfig: string;
}

export class DriverRoom extends dynamic.Resource {
  declare readonly nodes: Output<RoomState['nodes']>;
  /** A secret. */
  declare readonly kubeconfig: Output<string>;

  constructor(name: string, { door, file, topology }: DriverRoomArgs, options?: ResourceOptions) {
    const inputs: RoomInputs = { door, file, stack: topology.stack, topology: JSON.stringify(topology) };
    const empty = { health: undefined, nodes: undefined, kubeconfig: undefined };
    super(roomProvider, name, { ...inputs, ...empty }, { ...options, additionalSecretOutputs: ['kubeconfig'] });
  }
}

// In the other process, whatever that has been loaded from.
const open = (door: string): Promise<RoomDoor> => import(door);

/*
 * Pulumi keeps the source text of these functions in its state, and runs it elsewhere: all that they use is in their arguments.
 * Where podlab lies is no difference between two rooms.
 */
export const roomProvider: dynamic.ResourceProvider<RoomInputs, RoomState> = {
  diff: async (_id, olds, news) => ({
    changes: olds.topology !== news.topology || olds.stack !== news.stack || olds.health !== 'up',
    replaces: olds.stack === news.stack ? [] : ['stack'],
    deleteBeforeReplace: true,
    stables: ['stack'],
  }),
  create: async (inputs) => {
    const { make } = await open(inputs.door);
    return { id: inputs.stack, outs: await make(inputs) };
  },
  read: async (id, state) => {
    const { look } = await open((state as RoomState).door);
    const seen = await look(state as RoomState);
    // Without an id, Pulumi knows that it is gone.
    return seen === undefined ? {} : { id, props: seen };
  },
  update: async (_id, _olds, news) => {
    const { change } = await open(news.door);
    return { outs: await change(news) };
  },
  delete: async (_id, state) => {
    const { remove } = await open(state.door);
    await remove(state);
  },
};
