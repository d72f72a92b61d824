// What is run on machines to make a cluster of them, by a shell. Pulumi runs a command again when it believes that something about it
// has changed: it must do no harm to a cluster.

import { ignoredPreflight, kubeadmLogged } from '../cluster/kubeadm.ts';
import { adminKubeconfig, discoveryKubeconfig, kubeadmConfig, logOf, podlabEtc } from '../cluster/node-paths.ts';

const prepare = `set -eu
systemctl restart containerd
systemctl enable --quiet kubelet
log=${logOf('kubeadm')}
ignored=${ignoredPreflight}
${kubeadmLogged('timeout 1500')}run() {
  kubeadm_logged "$@" --config ${kubeadmConfig} --ignore-preflight-errors "$ignored" || { tail -n 15 "$log" >&2; exit 1; }
}
`;

/** There when kubeadm has ended well: the files that it writes are there long before. */
const initialised = `${podlabEtc}/initialised`;

// kubeadm goes on with what a run that was cut off has left, when it is told that this is no fault.
export const initScript = `${prepare}[ ! -e ${adminKubeconfig} ] || ignored=all
[ -e ${initialised} ] || { run init --skip-phases show-join-command; touch ${initialised}; }
cat ${adminKubeconfig}
`;

/** On a worker; its standard input is a kubeconfig that knows the API server. */
export const joinScript = `${prepare}cat >${discoveryKubeconfig}
[ -e /etc/kubernetes/kubelet.conf ] || run join
`;

/**
 * On the first node, before a worker joins; its standard input is the worker's Node object, with its block of pod addresses: else
 * whoever registers first would get the first block. The token that it joins by ends a day after it was made, and is made again from
 * kubeadm's own file, so that nobody sees it among the processes.
 */
export function registerScript(bootstrapToken: string): string {
  const [id = ''] = bootstrapToken.split('.');
  return `set -eu
export KUBECONFIG=${adminKubeconfig}
kubectl apply --server-side -f - >/dev/null
exec 9>/run/lock/podlab-token
flock 9
ends=$(date --utc --date '+1 day' +%Y-%m-%dT%H:%M:%SZ)
patch="{\\"stringData\\":{\\"expiration\\":\\"$ends\\"}}"
kubectl --namespace kube-system patch secret bootstrap-token-${id} --type merge --patch "$patch" >/dev/null 2>&1 ||
  kubeadm token create --config ${kubeadmConfig} >/dev/null
`;
}

/**
 * On the first node, before Pulumi's plugin kubernetes asks for the same. The API server makes the description of its API when it
 * is first asked for it, in each encoding: where processors are emulated that takes longer than the 32 s that the plugin waits.
 * kubectl can't ask for the plugin's encoding; where there is no curl, nothing is asked beforehand.
 */
export const describeApiScript = `set -eu
command -v curl >/dev/null || exit 0
server=$(kubectl --kubeconfig ${adminKubeconfig} config view --output 'jsonpath={.clusters[0].cluster.server}')
cd /etc/kubernetes/pki
for try in $(seq 5); do
  curl --silent --show-error --fail --max-time 180 --output /dev/null --cacert ca.crt \\
    --cert apiserver-kubelet-client.crt --key apiserver-kubelet-client.key \\
    --header 'Accept: application/com.github.proto-openapi.spec.v2@v1.0+protobuf' "$server/openapi/v2" && exit 0
  sleep 5
done
exit 1
`;

/** On the first node, while the worker still runs. A machine that does not answer any more keeps nobody from going on. */
export function unregisterScript(node: string): string {
  return `set -eu
export KUBECONFIG=${adminKubeconfig}
kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data --force --timeout 90s >/dev/null || true
kubectl delete node ${node} --ignore-not-found --timeout 60s >/dev/null
`;
}
