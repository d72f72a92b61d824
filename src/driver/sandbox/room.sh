# PID 1 of a room: makes the gateway, which stands for the machine that the nodes hang on, and the cables to the nodes.
# Runs in new namespaces, in the room's directory. Prints one line for each part that is ready; if nobody reads them any
# more it ends, so a podlab that is killed while it builds takes the half-built room with it.
set -eu
step='private files'
trap '[ $? = 0 ] || echo "fail gateway $step"' EXIT
read -r stat </proc/self/stat # this is still the host's /proc: our process id as the host sees it

mount -c --bind . /mnt # not canonical: the way here from / is closed to us
cd /mnt
if [ -n "$ENGINE_DATA" ]; then
  # What engines write, and the control groups that each node's fresh /sys would hide.
  mount --bind "$ENGINE_DATA" ./data
  mount --rbind /sys/fs/cgroup ./cgroup
fi
if [ -n "$TOOLCHAIN" ]; then
  mount --bind "$TOOLCHAIN" ./toolchain
  mount -o remount,bind,ro ./toolchain
fi
# Nothing in a room may change the host's files: real file systems become read-only, those with people's own things vanish.
while read -r _ target type options _; do
  case $type in proc | sysfs | cgroup* | dev* | mqueue | hugetlbfs | pstore | efivarfs | bpf) continue ;; esac
  case $type in tracefs | debugfs | securityfs | configfs | fusectl | nsfs | binfmt_misc | rpc_pipefs | autofs) continue ;; esac
  case $target in /mnt | /mnt/* | /run | /run/* | /tmp | /tmp/* | /home | /home/* | /root | /root/* | /proc/* | /sys/* | /dev/*) continue ;; esac
  case ,$options, in *,ro,*) continue ;; esac
  mount -o remount,bind,ro "$(printf '%b' "$target")"
done </proc/self/mounts
# Every program that is started here costs a millisecond or two of the whole, so only those that are needed are.
resolv=/etc/resolv.conf
[ ! -L "$resolv" ] || resolv=$(readlink -m "$resolv") # often a link into /run, which is covered next
mount -a -T ./room.fstab
if [ ! -e "$resolv" ]; then
  mkdir -p "${resolv%/*}"
  : >"$resolv"
fi
mount --bind ./hosts /etc/hosts
mount --bind ./resolv.conf "$resolv"
export RESOLV_CONF="$resolv"
hostname gateway

# Each node's first process makes the node's namespaces and says so at `ready`. Then all cables are made in one batch with
# both ends in place, because moving a device between namespaces is what takes time. Nodes wait at `go` until it is done.
step=namespaces
mkfifo /run/room.ready /run/room.go
exec 8<>/run/room.ready
while read -r node; do
  PODLAB_NODE=$node unshare $NODE_NAMESPACES --fork --kill-child sh ./node.sh "$node" 8>&- &
done <./nodes

step='bridges and cables'
{
  while read -r node; do
    read -r name pid <&8
    echo "netns attach $name $pid"
  done <./nodes
  cat ./gateway.batch
} | ip -batch -
exec 9<>/run/room.go
# In a container /proc/sys may be read-only; nobody needs the host's view any more.
mount -t proc -o nosuid,nodev,noexec proc /proc

if [ -s ./gateway.nft ]; then
  step='address translation'
  nft -f ./gateway.nft
  echo 1 >/proc/sys/net/ipv4/ip_forward
fi
if [ -s ./gateway.tc ]; then
  step=impairments
  tc -batch ./gateway.tc
fi
echo "gateway $stat"
exec >/dev/null
trap - EXIT
exec env --ignore-signal=CHLD sleep infinity # ignored signals are inherited: the kernel then buries the children that `sleep` gets
