# The owner of a room: writes down who it is, then becomes the process whose death ends the room.
# Arguments: the user id to give up root for (0: keep it), then the namespaces of the room.
set -eu
uid=$1 namespaces=$2
# Identity first, before anything exists that would have to be cleaned up. exec keeps process id and start time.
read -r stat </proc/self/stat
echo "$stat" >owner
cd room
if [ "$uid" = 0 ]; then
  exec unshare $namespaces --fork --kill-child sh ./room.sh
fi
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups unshare $namespaces --fork --kill-child sh ./room.sh
