// What waits, on a machine, until its first boot is through.

// cloud-init ends with 2 after warnings. A machine that dies meanwhile never answers, so there is a limit of our own.
export const waitScript = `set -u
timeout 900 cloud-init status --wait >/run/podlab-cloud-init 2>&1
code=$?
[ $code = 0 ] || [ $code = 2 ] || { cat /run/podlab-cloud-init /var/log/cloud-init-output.log >&2; exit $code; }
ip -brief -4 address
`;

// Packages that could not be had are no end yet: podlab looks afterwards what is missing, says so, and tries again. With 124
// timeout(1) says that it was cloud-init that had no end. cloud-init 22 waits no longer once one of its modules has failed, such as
// that of the locale in an image without locales: what it writes when it is through is waited for too, and packages come last.
export const waitForPackages = `set -u
timeout 3000 sh -c 'cloud-init status --wait --long; code=$?
  until [ -e /run/cloud-init/result.json ] || systemctl --quiet is-failed cloud-final.service; do sleep 1; done
  exit $code' >/run/podlab-cloud-init 2>&1
code=$?
[ $code -lt 124 ] || { cat /run/podlab-cloud-init >&2; tail -n 20 /var/log/cloud-init-output.log >&2; exit $code; }
[ $code = 0 ] || [ $code = 2 ] || { cat /run/podlab-cloud-init; grep -E '^(E:|Err:)' /var/log/cloud-init-output.log | tail -n 5; } >&2
ip -brief -4 address
`;
