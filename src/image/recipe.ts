// What is in the machine image, as data: packages, files of podlab's own, services that start and services that don't.

/** Counts up when the recipe changes in a way that packages and files do not show. */
export const recipeVersion = 1;

/** 1 January 2026: the newest time that a file of the image bears, for the same bytes on every build. */
export const epochSeconds = 1_767_225_600;

/** As much as the disk can become; an overlay of it is as large as what was written. */
export const diskGiB = 20;

/** The root file system and the seeds of its directories' hashes; any constant does. */
export const fileSystemId = '6f0d5a2e-7f3c-4a51-9c1e-706f646c6162';

/** Given to the kernel by QEMU, which loads it: the disk has neither a partition table nor a boot loader. */
export const kernelCommandLine = 'root=/dev/vda rw console=ttyS0 net.ifnames=0 mitigations=off';

/** A machine that boots and is reached. Debian's kernel for virtual machines has ip_vs, wireguard, vxlan and ipip. */
const machinePackages: readonly string[] = [
  ...[
    'systemd-sysv',
    'udev',
    'dbus',
    'libpam-systemd',
    'linux-image-cloud-ARCH',
    'zstd',
    'openssh-server',
    'cloud-init',
  ],
  ...['ca-certificates', 'netbase', 'procps', 'kmod', 'less', 'vim-tiny'],
];

/** What a node of a cluster needs besides Kubernetes' own programs. */
export const nodePackages: readonly string[] = [
  ...['containerd', 'runc', 'containernetworking-plugins', 'iptables', 'nftables', 'ipset', 'conntrack', 'ethtool'],
  ...['socat', 'bird2', 'nfs-common'],
];

/** What labs look with. */
export const labPackages: readonly string[] = [
  ...['iproute2', 'iputils-ping', 'tcpdump', 'busybox-static', 'wrk', 'ipvsadm', 'jq', 'curl', 'openssl', 'python3'],
];

/** Packages of Debian; what they depend on comes with them, what they recommend does not. */
export const packages: readonly string[] = [...machinePackages, ...nodePackages, ...labPackages];

/** Documentation and translations are a quarter of a minimal Debian. */
export const leftOut: readonly string[] = [
  '/usr/share/doc/*',
  '/usr/share/man/*',
  '/usr/share/locale/*',
  '/usr/share/info/*',
];

/** Written before the kernel's package makes its initrd: just the drivers that find the root file system. */
export const initramfsFiles: Readonly<Record<string, string>> = {
  '/etc/initramfs-tools/conf.d/podlab': 'MODULES=list\nRESUME=none\nFSTYPE=ext4\n',
  '/etc/initramfs-tools/modules': 'virtio_pci\nvirtio_blk\next4\n',
};

// What kubeadm's own package brings, but for the log, which "podlab logs" reads. kubeadm starts it when its files are written.
const kubeletUnit = `[Unit]
Description=The Kubernetes node agent
Wants=network-online.target
After=network-online.target containerd.service

[Service]
Environment=KUBELET_KUBECONFIG_ARGS="--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment=KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
Restart=always
RestartSec=1
StandardOutput=append:/var/log/podlab/kubelet.log
StandardError=inherit

[Install]
WantedBy=multi-user.target
`;

// Only what podlab's documents use: each module is seconds of a machine by emulation, and some want packages that are not there.
const cloudConfig = `datasource_list: [NoCloud, None]
disable_root: false
ssh_pwauth: false
users: []
cloud_init_modules: [bootcmd, write-files, set_hostname, users-groups, ssh]
cloud_config_modules: [runcmd]
cloud_final_modules: [package-update-upgrade-install, scripts-user]
`;

/** Of a node of a cluster, whatever image it starts from. */
export const nodeFiles: Readonly<Record<string, string>> = {
  '/etc/crictl.yaml': 'runtime-endpoint: unix:///run/containerd/containerd.sock\n',
  '/etc/systemd/system/kubelet.service': kubeletUnit,
  '/etc/systemd/system/containerd.service.d/podlab.conf':
    '[Service]\nStandardOutput=append:/var/log/podlab/containerd.log\nStandardError=inherit\n',
  // Each connection that podlab makes into the cluster is a session of the one connection that its commands share.
  '/etc/ssh/sshd_config.d/podlab.conf': 'MaxSessions 100\n',
  '/etc/tmpfiles.d/podlab.conf': 'd /var/log/podlab 0755 root root -\n',
  '/var/log/podlab/.keep': '',
};

/** Path → text; mode 0644. */
export const files: Readonly<Record<string, string>> = {
  '/etc/fstab': '/dev/vda / ext4 defaults,noatime 0 0\n',
  '/etc/hostname': 'podlab\n',
  // Made at the first boot, from what the hypervisor says; an image that has one gives it to all machines.
  '/etc/machine-id': '',
  '/etc/cloud/cloud.cfg.d/90-podlab.cfg': cloudConfig,
  '/etc/cloud/ds-identify.cfg': 'policy: enabled\ndatasource: NoCloud\n',
  ...nodeFiles,
};

/** The kubelet is not among them: without kubeadm's files it would only end and be started again. */
export const enabledUnits: readonly string[] = ['systemd-networkd.service', 'containerd.service', 'ssh.service'];

/** Daemons that packages would start, and that podlab starts itself where a stack asks for them. */
export const ownDaemons: readonly string[] = [
  ...['bird.service', 'bird6.service', 'ipvsadm.service', 'rpcbind.service', 'rpcbind.socket'],
];

/** Those, and work for machines that live long. */
export const maskedUnits: readonly string[] = [
  ...[
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
  ],
  ...['fstrim.timer', ...ownDaemons],
  ...['nfs-client.target', 'systemd-pstore.service', 'proc-sys-fs-binfmt_misc.automount', 'systemd-binfmt.service'],
  ...['cloud-init-hotplugd.socket', 'nftables.service'],
];

/** Made when a package is configured, and different on every build: keys, seeds and caches. Shell patterns. */
export const removed: readonly string[] = [
  ...['/etc/ssh/ssh_host_*', '/var/lib/systemd/random-seed', '/var/lib/dbus/machine-id', '/var/cache/ldconfig/*'],
  ...['/var/log/journal', '/etc/hosts', '/etc/resolv.conf', '/var/lib/cloud', '/tmp/*', '/var/tmp/*', '/run/*'],
];
