// Brings a node what its image lacks: Debian packages, Kubernetes' programs, container images. What is there stays as it is.

import { LabError } from '../error.ts';
import type { Executor } from '../host/host.ts';
import type { Reporter } from '../reporter.ts';
import { type Lack, type Needs, nodeLacks } from './node-lacks.ts';
import { cniBinDir, podlabLogs } from './node-paths.ts';
import { lastLines, runScript } from './run-on-node.ts';

export interface Completed {
  /** Debian packages. */
  readonly packages: readonly string[];
  readonly programs: readonly string[];
  /** References. */
  readonly images: readonly string[];
  /** Programs that labs want and that could not be had. */
  readonly missing: readonly string[];
}

/** What the apt of a slow mirror takes, and one file over SSH. Emulated machines get more by their executor. */
const packagesWithinMs = 20 * 60_000;
const fileWithinMs = 5 * 60_000;

/**
 * Each thing is there as a whole or not at all, so a run that was cut off is gone on with by another.
 *
 * @throws LabError HOST_UNSUITABLE when packages can't be had, COMMAND_FAILED, TIMEOUT
 */
export async function completeNode(node: Executor, needs: Needs, reporter: Reporter): Promise<Completed> {
  const found = await reporter.step(`looking what ${node.name} lacks`, () => look(node, needs));
  const packages = [...new Set(found.needed.map((one) => one.package))];
  const left = packages.length === 0 ? found : await withPackages(node, needs, found, packages, reporter);
  for (const { name, file, bytes } of left.programs) {
    await reporter.step(`sending ${name} to ${node.name}`, () =>
      runScript(node, programScript, [`/usr/bin/${name}`, `${bytes}`], { inputFile: file, timeoutMs: fileWithinMs }),
    );
  }
  for (const { reference, archive } of left.images) {
    await reporter.step(`sending image ${reference} to ${node.name}`, () =>
      runScript(node, 'ctr --namespace k8s.io images import - >/dev/null', [], {
        inputFile: archive,
        timeoutMs: fileWithinMs,
      }),
    );
  }
  return {
    packages: packages.filter((name) => !left.needed.some((one) => one.package === name)),
    programs: left.programs.map(({ name }) => name),
    images: left.images.map(({ reference }) => reference),
    missing: left.needed.map(({ name }) => name),
  };
}

async function look(node: Executor, needs: Needs): Promise<Lack> {
  await runScript(node, settleScript, [], { timeoutMs: 120_000 });
  return nodeLacks(node, needs);
}

/** cloud-init has tried at the first boot; the way out may be there by now. */
async function withPackages(
  node: Executor,
  needs: Needs,
  found: Lack,
  packages: readonly string[],
  reporter: Reporter,
): Promise<Lack> {
  const { needed, system } = found;
  const isEssential = needed.some((one) => one.isEssential);
  if (!/\b(debian|ubuntu)\b/.test(system)) {
    if (!isEssential) return found;
    throw lacking(node, needed, `podlab installs packages on Debian and Ubuntu, and it is ${system}`);
  }
  const why = await reporter.step(`installing ${packages.join(', ')} on ${node.name}`, async () => {
    if (!needs.hasWayOut) return 'it is on no network with a way out';
    const { exitCode, stdout, stderr, timedOut } = await node.run(['sh', '-uc', aptScript, 'podlab', ...packages], {
      timeoutMs: packagesWithinMs,
    });
    if (timedOut) return `apt-get has no end after ${packagesWithinMs / 60_000} minutes`;
    return exitCode === 0 ? '' : `apt-get says:\n${lastLines(stderr || stdout, 6)}`;
  });
  const left = await look(node, needs);
  if (left.needed.some((one) => one.isEssential)) throw lacking(node, left.needed, why);
  return left;
}

function lacking(node: Executor, needed: Lack['needed'], why: string): LabError {
  const packages = [...new Set(needed.filter((one) => one.isEssential).map((one) => one.package))];
  return new LabError(
    'HOST_UNSUITABLE',
    `${node.name}: its image has no ${packages.join(', no ')}, which a cluster needs, and they could not be installed: ${why}`,
    {
      hint: `Give ${node.name} a way to the archives of its distribution and run "podlab up" again, put the packages into the image, or use podlab's own: podlab image build.`,
    },
  );
}

// One that its archives do not have must not keep the others away.
const aptScript = `
export DEBIAN_FRONTEND=noninteractive
options="-q -y --no-install-recommends -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300"
said=/run/podlab-apt
apt-get -q update >&2
apt-get install $options "$@" >$said 2>&1 && exit
cat $said >&2
grep -q -E 'Unable to locate package|has no installation candidate' $said || exit 1
for name; do apt-get install $options "$name" >&2 || failed=1; done
exit \${failed-0}
`;

// Units and drop-ins that the first boot has written, daemons that the image does not start. Debian's package has the plugins of
// CNIs elsewhere than containerd, and all CNIs, look for them.
const settleScript = `
mkdir -p ${podlabLogs}
systemctl daemon-reload
if [ -d /usr/lib/cni ]; then
  mkdir -p ${cniBinDir}
  for plugin in /usr/lib/cni/*; do [ -e "${cniBinDir}/\${plugin##*/}" ] || ln -sf "$plugin" ${cniBinDir}/; done
fi
if command -v containerd >/dev/null; then
  systemctl --quiet enable containerd
  systemctl start containerd
fi
`;

// Under another name until all of it is there.
const programScript = `
cat >"$1.podlab"
[ "$(wc -c <"$1.podlab")" -eq "$2" ] || { rm -f "$1.podlab"; echo "$1: only a part of it came" >&2; exit 1; }
chmod 755 "$1.podlab"
mv "$1.podlab" "$1"
`;
