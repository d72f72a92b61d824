// Where things of a cluster are on a node; the same on every driver.

/** Kubeconfig of the cluster's administrator, on the control plane's node. Made by kubeadm. */
export const adminKubeconfig = '/etc/kubernetes/admin.conf';

/** podlab's own directories on a node. */
export const podlabEtc = '/etc/podlab';
export const podlabLogs = '/var/log/podlab';

/** What containerd, kubelet and kubeadm say. */
export const logOf = (program: string): string => `${podlabLogs}/${program}.log`;

export const containerdConfig = '/etc/containerd/config.toml';
export const containerdSocket = '/run/containerd/containerd.sock';

/** kubeadm's configuration: secrets are in it. */
export const kubeadmConfig = `${podlabEtc}/kubeadm.yaml`;

/** Patches that kubeadm makes to what it generates. */
export const kubeadmPatches = `${podlabEtc}/patches`;

/** A kubeconfig without credentials by which a worker knows the API server and trusts it. */
export const discoveryKubeconfig = `${podlabEtc}/discovery.conf`;

/** Name servers for pods with `dnsPolicy: Default`, CoreDNS among them. */
export const podResolvConf = `${podlabEtc}/resolv.conf`;

export const cniBinDir = '/opt/cni/bin';
export const cniConfDir = '/etc/cni/net.d';

/** Writable where the kubelet's own default, under /usr, is not. */
export const volumePluginDir = '/var/lib/kubelet/volumeplugins';
