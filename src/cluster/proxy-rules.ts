// kube-proxy's rules in the kernel of each node, to be put back when a cluster is started again.

import type { ProxyMode } from '../topology/topology.ts';
import type { ClusterNodes } from './cluster-place.ts';

/** By node; what `restoreProxyRules` understands. '' for modes whose rules are not kept. */
export type ProxyRules = ReadonlyMap<string, string>;

const readers: Readonly<Record<ProxyMode, string>> = {
  nftables: 'nft --stateless list table ip kube-proxy',
  // kube-proxy's own image decides which of the two it writes through. Its counters (nfacct) are objects outside the rules.
  iptables: `
for kind in nft legacy; do
  rules=$(iptables-$kind-save 2>/dev/null | grep -E '^\\*|^COMMIT|KUBE-' | grep -v nfacct)
  case $rules in *KUBE-SERVICES*) echo "# $kind"; echo "$rules"; exit ;; esac
done`,
  ipvs: '',
  none: '',
};

/** What kube-proxy has written so far. A node that has no rules yet, or can't tell, has ''. */
export async function readProxyRules({ topology, node }: ClusterNodes): Promise<ProxyRules> {
  const script = readers[topology.kubernetes.proxyMode];
  const read = async (name: string) => {
    const { exitCode, stdout } = await node(name).run(['sh', '-c', script], { maxOutputBytes: 64 * 2 ** 20 });
    return [name, exitCode === 0 ? stdout : ''] as const;
  };
  return new Map(await Promise.all(topology.nodes.map(({ name }) => read(name))));
}

/**
 * The kernel forgets rules with its namespaces, and kube-proxy writes them only when the API answers. Pods that ask the API by
 * its ClusterIP would find nobody until then, and CoreDNS waits two seconds before it asks again. kube-proxy takes over what
 * it finds, as it does when it is restarted. Where the kernel does not take them, the start is as slow as it would be anyway.
 */
export async function restoreProxyRules({ topology, node }: ClusterNodes, name: string, rules: string): Promise<void> {
  if (rules === '') return;
  const kind = /^# (nft|legacy)$/m.exec(rules)?.[1];
  const isTable = topology.kubernetes.proxyMode === 'nftables';
  await node(name).run(isTable ? ['nft', '-f', '-'] : [`iptables-${kind}-restore`, '--noflush'], { input: rules });
}
