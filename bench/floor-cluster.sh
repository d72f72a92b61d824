# What `podlab up` of a cluster is measured against: the same kubeadm steps in the same kind of namespaces, written by hand.
#
#   sh floor-cluster.sh up DIR     makes two nodes and of them a cluster, until it is ready
#   sh floor-cluster.sh down DIR   removes it
#
# In DIR (written by floor-cluster.ts): `settings` (STORE, BIN, GROUP), `networks` (NAME, GATEWAY/PREFIX and its interface on nodes), for each node `NODE.ip`
# (addresses and routes), `NODE.nft` and `files/NODE/etc/…` (the configuration of kubeadm, containerd and the CNI), `check.yaml` (a
# pod on each node that says `reached`) and `discovery.conf`. They are the documents that podlab gives its own nodes.
set -eu
here=$(cd "$2" && pwd)
. "$here/settings"

on() { # NODE COMMAND…: runs it on the node
  pid=$(cat "$here/$1.pid")
  shift
  nsenter -t "$pid" -m -n -p -u -i env -i PATH="/opt/bin:$PATH" HOME=/root "$@"
}

# PID 1 of a node: private mounts, then it holds the namespaces.
node() {
  name=$1 data=$here/$1
  read -r pid _ </proc/self/stat
  echo "$pid" >"$here/$name.pid.new"
  mv "$here/$name.pid.new" "$here/$name.pid"
  hostname "$name"
  mkdir -p "$data/etc" "$data/etc.work" "$data/usr-lib" "$data/usr-lib.work" "$data/lib/kubelet" "$data/log" "$data/opt/cni/bin" "$data/opt/bin" "$data/cgroup"
  cp -r "$here/files/$name/etc/." "$data/etc/"
  # A fresh sysfs would hide the control groups.
  mount --rbind /sys/fs/cgroup "$data/cgroup"
  mount -t proc proc /proc
  mount -t sysfs -o ro sysfs /sys
  mount --move "$data/cgroup" /sys/fs/cgroup
  mount -t overlay -o "lowerdir=/etc,upperdir=$data/etc,workdir=$data/etc.work" overlay /etc
  mount -t overlay -o "lowerdir=/usr/lib,upperdir=$data/usr-lib,workdir=$data/usr-lib.work" overlay /usr/lib
  mount --bind /usr/lib/cni "$data/opt/cni/bin"
  mount --bind "$BIN" "$data/opt/bin"
  mount --rbind "$data/opt" /opt
  mount --bind "$data/lib" /var/lib
  mount --bind "$data/log" /var/log
  mount -t tmpfs -o mode=755 tmpfs /run
  mount --make-rshared /
  echo 1 >/proc/sys/net/ipv4/ip_forward
  : >/run/mounted
  exec sleep infinity
}

# Hard links of a containerd root that has the images unpacked; its databases, which are written in place, copied.
images() {
  target=$here/$1/lib/containerd
  mkdir -p "$here/$1/lib"
  cp -al "$STORE" "$target"
  (cd "$STORE" && find . -name '*.db') | while read -r db; do
    cp --remove-destination --preserve=all "$STORE/$db" "$target/$db"
  done
}

daemons() {
  on "$1" sh -c '
    for group in /sys/fs/cgroup'"$GROUP/$1"' /sys/fs/cgroup/*'"$GROUP/$1"'; do
      [ ! -d "$group/system" ] || echo $$ >"$group/system/cgroup.procs"
    done
    setsid containerd >/var/log/containerd.log 2>&1 </dev/null &
    setsid sh -c "
      until [ -e /var/lib/kubelet/kubeadm-flags.env ] && [ -e /var/lib/kubelet/config.yaml ]; do sleep 0.05; done
      . /var/lib/kubelet/kubeadm-flags.env
      exec kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf \
        --config=/var/lib/kubelet/config.yaml \$KUBELET_KUBEADM_ARGS
    " >/var/log/kubelet.log 2>&1 </dev/null &
    until ctr version >/dev/null 2>&1; do sleep 0.02; done'
}

groups() { # COMMAND: for every hierarchy of control groups
  for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
    [ -e "$root/cgroup.procs" ] || continue
    case $root in */cpuset) echo 1 >"$root/cgroup.clone_children" ;; esac
    "$@" "$root"
  done
}

make_groups() {
  mkdir -p "$1$GROUP/node1/system" "$1$GROUP/node2/system"
}

remove_groups() {
  [ ! -d "$1$GROUP" ] || find "$1$GROUP" -depth -type d -exec rmdir {} + 2>/dev/null || true
}

in_time() { # until $patience, in seconds since 1970
  [ "$(date +%s)" -lt "$patience" ] || { echo "no check pod has answered in time" >&2; exit 1; }
}

up() {
  trap '[ $? = 0 ] || cat "$here"/*.log >&2' EXIT
  groups make_groups
  images node1 &
  images1=$!
  images node2 &
  images2=$!

  # A namespace with bridges, and two nodes on them.
  setsid unshare --net sleep infinity >/dev/null 2>&1 </dev/null &
  room=$!
  echo "$room" >"$here/room.pid"
  for name in node1 node2; do
    setsid unshare --net --mount --pid --fork --uts --ipc --kill-child sh "$0" node "$here" $name >"$here/$name.log" 2>&1 </dev/null &
    echo $! >"$here/$name.owner"
  done
  for name in node1 node2; do until [ -e "$here/$name.pid" ]; do sleep 0.01; done; done
  while read -r network gateway iface; do
    echo "link add $network type bridge"
    echo "addr add $gateway dev $network"
    echo "link set $network up"
    for name in node1 node2; do
      echo "link add name $network-$name master $network type veth peer name $iface netns $(cat "$here/$name.pid")"
      echo "link set $network-$name up"
    done
  done <"$here/networks" | nsenter -t "$room" -n ip -batch -
  for name in node1 node2; do
    until on $name test -e /run/mounted; do sleep 0.01; done
    on $name ip -batch - <"$here/$name.ip"
    on $name nft -f - <"$here/$name.nft"
  done
  wait $images1 $images2

  daemons node1 &
  one=$!
  daemons node2 &
  wait $one $!
  say nodes

  on node1 kubeadm init --config /etc/podlab/kubeadm.yaml --skip-phases show-join-command --ignore-preflight-errors all >"$here/init.log" 2>&1
  say init
  ca=$(on node1 base64 -w 0 /etc/kubernetes/pki/ca.crt)
  sed "s|CA_DATA|$ca|" "$here/discovery.conf" | on node2 sh -c 'cat >/etc/podlab/discovery.conf'
  on node2 kubeadm join --config /etc/podlab/kubeadm.yaml --ignore-preflight-errors all >"$here/join.log" 2>&1
  say join

  # Refused until the controller manager has made the namespace's service account.
  patience=$(($(date +%s) + 120))
  until in_time; on node1 kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f - <"$here/check.yaml" >/dev/null 2>&1; do sleep 0.05; done
  for name in node1 node2; do
    until in_time; grep -qs reached "$here/$name"/log/pods/*_podlab-check-*/check/0.log; do sleep 0.05; done
  done
  on node1 kubectl --kubeconfig /etc/kubernetes/admin.conf wait --for=condition=Ready node node1 node2 --timeout=120s >/dev/null
  on node1 kubectl --kubeconfig /etc/kubernetes/admin.conf --namespace kube-system rollout status deployment/coredns --timeout=120s >/dev/null
  say ready
}

started=$(date +%s%3N)
say() { # PHASE: milliseconds since the start
  echo "$1 $(($(date +%s%3N) - started))"
}

down() {
  for file in "$here"/*.pid "$here"/*.owner; do
    [ ! -e "$file" ] || kill -9 "$(cat "$file")" 2>/dev/null || true
  done
  for file in "$here"/*.pid; do
    [ -e "$file" ] || continue
    while [ -d "/proc/$(cat "$file")" ]; do sleep 0.02; done
  done
  groups remove_groups
}

case $1 in
  node) node "$3" ;;
  up) up ;;
  down) down ;;
esac
