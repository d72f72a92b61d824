// The address that a network hands out to one node: libvirt takes and gives up reservations while a network runs.

import { local } from '@pulumi/command';
import type { Network } from '@pulumi/libvirt';
import type { CustomResourceOptions } from '@pulumi/pulumi';
import { quoteCommand } from '../host/run.ts';
import type { Nic } from '../topology/topology.ts';
import { enterHost } from './enter-host.ts';
import { localUri } from './libvirt-uri.ts';

export interface NodeLeaseArgs {
  /** Which libvirt. */
  readonly uri: string;
  readonly network: Network;
  /** The network's name in libvirt. */
  readonly networkName: string;
  readonly node: string;
  readonly nic: Nic;
}

/**
 * Not a property of the network: the provider can't change a network, so that every node more would be another network, and every
 * machine another one.
 */
export function nodeLease(args: NodeLeaseArgs, options: CustomResourceOptions): local.Command {
  const { uri, network, networkName, node, nic } = args;
  const env = { LC_ALL: 'C', LIBVIRT_DEFAULT_URI: localUri(uri) };
  const command = (what: 'reserve' | 'give-up') =>
    quoteCommand(enterHost(uri, ['sh', '-eu', '-s', what, networkName, nic.mac, node, nic.ip], env));
  return new local.Command(
    // A dot is in no name: "a-b" on "c" is not "a" on "b-c".
    `${node}.${nic.network}-lease`,
    {
      create: command('reserve'),
      delete: command('give-up'),
      stdin: leaseScript,
      // Another address is another reservation, and so is the same one on another network.
      triggers: [network.uuid, nic.mac, nic.ip],
      addPreviousOutputInEnv: false,
    },
    { ...options, deletedWith: network, deleteBeforeReplace: true },
  );
}

/**
 * Its arguments: `reserve` or `give-up`; the network's name in libvirt; MAC, name and address of the node. libvirt refuses to add what
 * is there already, and what somebody else has.
 */
export const leaseScript = `network=$2 host="<host mac='$3' name='$4' ip='$5'/>"
ask() { virsh --quiet "$@" </dev/null; }
all=$(ask net-list --all --name)
active=$(ask net-list --name)
is_among() { printf '%s\\n' "$1" | grep -qxF "$network"; }
change() { ask net-update "$network" "$1" ip-dhcp-host "$host" --config $(! is_among "$active" || echo --live); }
is_reserved() { case $(ask net-dumpxml "$network") in *"$host"*) ;; *) false ;; esac; }
case $1 in
  reserve) said=$(change add-last 2>&1) || is_reserved || { echo "$said" >&2; exit 1; } ;;
  give-up) if is_among "$all" && is_reserved; then change delete; fi ;;
esac
`;
