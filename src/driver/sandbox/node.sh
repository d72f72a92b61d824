# PID 1 of a node. Argument: its name. Runs in its own namespaces, in the room's directory; ends up as `sleep`, which holds
# the namespaces as a pause container does. What else runs on the node is started into it from outside.
set -eu
name=$1 step=namespaces
trap '[ $? = 0 ] || echo "fail $name $step"' EXIT
read -r stat </proc/self/stat # the host's view, as in room.sh
echo "$name ${stat%% *}" >/run/room.ready
hostname "$name"
: </run/room.go # opening blocks until somebody opens the other end

step='private files'
# Covers /mnt as well: the room's files are none of a node's business.
if [ -e "./node/$name.mounts" ]; then
  # One by one: `mount -a` skips a bind when it finds the same one in what the new /sys and /etc hide.
  while read -r arguments; do
    mount $arguments
  done <"./node/$name.mounts"
  # Its /etc does not show what the room has bound over the host's files, but it is writable.
  cat ./hosts >/etc/hosts
  own_etc=yes
else
  mount -a -T ./node.fstab
  own_etc=
fi
case $own_etc$RESOLV_CONF in
  yes/* | /run/*) # the node's own /run is empty
    mkdir -p "${RESOLV_CONF%/*}"
    cat ./resolv.conf >"$RESOLV_CONF"
    ;;
  *) # the room's, unless an overlay hides that
    [ ! -e "./node/$name.mounts" ] || mount -c --bind ./resolv.conf "$RESOLV_CONF"
    ;;
esac
step=addresses
ip -batch "./node/$name.batch"
if [ -e "./node/$name.tc" ]; then
  step=impairments
  tc -batch "./node/$name.tc"
fi
cd /
echo "node $name $stat"
exec >/dev/null
trap - EXIT
exec env --ignore-signal=CHLD sleep infinity # as in room.sh
