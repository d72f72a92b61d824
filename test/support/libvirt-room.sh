#!/bin/sh
# Process 1 of a room with a libvirt of its own: $1 is its directory, which this machine sees too. All ends with it.
set -eu
dir=$1
export PATH="$PATH:/usr/sbin:/sbin"
mkdir -p "$dir/etc/qemu/networks" "$dir/lib/images" "$dir/lib/qemu" "$dir/lib/dnsmasq" "$dir/run" "$dir/log/qemu" "$dir/cache"
cp -r /etc/libvirt/nwfilter "$dir/etc/" 2>/dev/null || true
cat >"$dir/etc/libvirtd.conf" <<END
unix_sock_rw_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "2:file:$dir/log/libvirtd.log"
END
# QEMU stays what libvirtd is, which may be root without all of root's capabilities.
cat >"$dir/etc/qemu.conf" <<END
user = "root"
group = "root"
security_driver = "none"
remember_owner = 0
namespaces = []
cgroup_controllers = []
END
touch "$dir/etc/virtlogd.conf"

# Only in this mount namespace. A libvirtd that can open a KVM which then does not work asks QEMU again for every machine.
[ ! -e /dev/kvm ] || mount --bind /dev/null /dev/kvm
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/libvirt
mkdir -p /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt
mount --bind "$dir/etc" /etc/libvirt
mount --bind "$dir/lib" /var/lib/libvirt
mount --bind "$dir/run" /run/libvirt
mount --bind "$dir/log" /var/log/libvirt
mount --bind "$dir/cache" /var/cache/libvirt

# What lies beyond: a host that stands for the internet (TEST-NET-3, RFC 5737), in a network namespace of its own.
ip link set lo up
unshare --net sleep infinity &
outside=$!
while [ "$(readlink /proc/$outside/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
ip link add uplink type veth peer name uplink netns "$outside"
ip address add 203.0.113.2/24 dev uplink
ip link set uplink up
ip route add default via 203.0.113.1
nsenter --target "$outside" --net sh -ec 'ip link set lo up; ip address add 203.0.113.1/24 dev uplink; ip link set uplink up'
echo "$outside" >"$dir/outside"

virtlogd --daemon
libvirtd --daemon --config /etc/libvirt/libvirtd.conf
tries=0
until virsh -c qemu:///system version >"$dir/version" 2>"$dir/fault"; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] || { cat "$dir/fault" >&2; exit 1; }
  sleep 0.1
done
echo ready
# Not exec: a shell that waits also reaps, and libvirt waits until its daemons' children are gone for good.
while :; do sleep 3600; done
