// The driver of clusters that minikube makes: exact arguments to `minikube start`, and the ways of driver existing onto its nodes.

import { dirname, join } from 'node:path';
import { gatherCni } from '../../cluster/cni/gather-cni.ts';
import { LabError } from '../../error.ts';
import { writeFileAtomic } from '../../host/files.ts';
import type { Argv } from '../../host/host.ts';
import { withLock } from '../../host/lock.ts';
import { quoteCommand } from '../../host/run.ts';
import { libvirtNames } from '../../infra/names.ts';
import { markedDriver, markRoom, unmarkRoom } from '../../infra/room-mark.ts';
import type { Reporter } from '../../reporter.ts';
import type { Workplace } from '../../toolchain/request.ts';
import type { Topology } from '../../topology/topology.ts';
import { deleteArgv, isNewEnough, oldestMinikube, startArgv, versionArgv } from '../../vm/minikube-argv.ts';
import { minikubeNetworkXml } from '../../vm/minikube-network.ts';
import type { Driver, PlanStep } from '../driver.ts';
import { attach } from '../existing/attach.ts';
import { nodeExecutor, runHere } from '../existing/attached-nodes.ts';
import { forgetAttached, readAttached, requireAttached } from '../existing/attached-record.ts';
import {
  type AttachOptions,
  attachedRooms,
  lockOf,
  sameRoom,
  silentNodes,
  stackDir,
} from '../existing/attached-rooms.ts';

export interface MinikubeOptions extends AttachOptions {
  readonly workplace: Workplace;
}

/** minikube downloads its machine's image and Kubernetes before it starts them. */
const startWithinMs = 30 * 60_000;

export function minikubeDriver(options: MinikubeOptions): Driver {
  const locked = <T>(stack: string, work: () => Promise<T>) =>
    withLock(lockOf(options, stack), `stack "${stack}"`, work);
  return {
    ...attachedRooms('minikube', options),

    plan: (topology) => planOf(topology, manifestFile(options, topology.stack)),

    up: ({ topology, file, anew = false }, reporter) =>
      locked(topology.stack, async () => {
        const same = anew ? undefined : sameRoom(topology, options);
        if (same !== undefined && (await silentNodes(same, options)).length === 0) {
          return { created: false, from: '', phases: [] };
        }
        await requireMinikube(options);
        const { stack } = topology;
        const later = await writeManifest(topology, file, options, reporter);
        await remove(stack, options, reporter);
        markRoom(options.paths.state, stack, 'minikube');
        const phases: { name: string; ms: number }[] = [];
        const phase = async (name: string, work: () => Promise<void>) => {
          const started = options.now();
          await work();
          phases.push({ name, ms: options.now() - started });
        };
        try {
          for (const { run, input } of planOf(topology, manifestFile(options, stack))) {
            const name = run[0] === 'minikube' ? 'start' : 'network';
            await phase(name, () => reporter.step(`${run[0]} ${run[1]}`, () => must(options, stack, run, input)));
          }
          const place = { topology, file, kubeconfig: kubeconfigFile(options, stack), context: stack };
          await phase('attach', () => attach(place, options, reporter));
          if (later !== '') await phase('cni', () => applyLater(topology, later, options));
        } catch (error) {
          await remove(stack, options, reporter);
          throw error;
        }
        return { created: true, from: '', phases };
      }),

    down: (stack, reporter) =>
      locked(stack, async () => {
        const existed = markedDriver(options.paths.state, stack) === 'minikube';
        if (existed) await remove(stack, options, reporter);
        return existed;
      }),
  };
}

/** In this order: the private network as the stack file has it, then minikube, which takes it as it is. */
function planOf(topology: Topology, cniManifest: string): readonly PlanStep[] {
  const { networks, minikube } = topology;
  const isolated = networks.find(({ mode }) => mode === 'isolated')?.name ?? '';
  const names = libvirtNames(topology).networks.get(isolated) ?? { name: '', bridge: '' };
  const start = { on: 'localhost', run: startArgv(topology, { cniManifest, privateNetwork: names.name }), input: '' };
  if (minikube?.driver !== 'kvm2') return [start];
  return [
    {
      on: 'localhost',
      run: ['virsh', '--connect', 'qemu:///system', 'net-define', '/dev/stdin'],
      input: minikubeNetworkXml(topology, names),
    },
    { on: 'localhost', run: ['virsh', '--connect', 'qemu:///system', 'net-start', names.name], input: '' },
    start,
  ];
}

async function requireMinikube(options: MinikubeOptions): Promise<void> {
  const { exitCode, stdout } = await runHere(options)(versionArgv, { input: '' });
  const hint = 'Install it as its project says: https://minikube.sigs.k8s.io/docs/start/';
  if (exitCode === 127) throw new LabError('HOST_UNSUITABLE', 'there is no program minikube', { hint });
  if (isNewEnough(stdout) === true) return;
  throw new LabError(
    'HOST_UNSUITABLE',
    `minikube is ${stdout.trim() || 'of no known version'}, and podlab knows it from ${oldestMinikube} on`,
    {
      hint,
    },
  );
}

/** What is to be applied after the manifest that minikube applies. */
async function writeManifest(
  topology: Topology,
  file: string,
  options: MinikubeOptions,
  reporter: Reporter,
): Promise<string> {
  const { name } = topology.cni;
  if (name === 'none' || name === 'bridge') return '';
  const { manifests, later } = await gatherCni(topology, dirname(file), options.workplace, reporter);
  writeFileAtomic(manifestFile(options, topology.stack), manifests);
  return later;
}

async function applyLater({ stack, nodes }: Topology, text: string, options: MinikubeOptions): Promise<void> {
  const record = requireAttached(stackDir(options, stack), stack);
  const node = nodeExecutor(record, nodes[0]?.name ?? '', options);
  for (let tries = 0; ; tries++) {
    const { exitCode, stderr } = await node.run(['kubectl', 'apply', '--server-side', '-f', '-'], { input: text });
    if (exitCode === 0) return;
    // The API learns of the kinds in the manifest a moment after it was applied.
    if (tries === 20) throw new LabError('COMMAND_FAILED', `kubectl apply on ${node.name}: ${stderr.trim()}`);
    await options.sleep(3000);
  }
}

/** Everything of the room, from any half-made state. */
async function remove(stack: string, options: MinikubeOptions, reporter: Reporter): Promise<void> {
  const record = readAttached(stackDir(options, stack));
  if (markedDriver(options.paths.state, stack) === 'minikube') {
    await reporter.step(`minikube delete`, () => must(options, stack, deleteArgv({ stack }), ''));
    await removeNetworks(stack, options);
  }
  if (record !== undefined) forgetAttached(stackDir(options, stack));
  unmarkRoom(options.paths.state, stack);
}

/** minikube removes the private network with its last machine, if it came that far. */
async function removeNetworks(stack: string, options: MinikubeOptions): Promise<void> {
  const run = runHere(options);
  const { exitCode, stdout } = await run(
    ['virsh', '--connect', 'qemu:///system', '--quiet', 'net-list', '--all', '--name'],
    { input: '' },
  );
  if (exitCode !== 0) return;
  const own = stdout.split('\n').filter((name) => name.startsWith(`podlab.${stack}.`));
  for (const name of own) {
    await run(['virsh', '--connect', 'qemu:///system', '--quiet', 'net-destroy', name], { input: '' });
    await run(['virsh', '--connect', 'qemu:///system', '--quiet', 'net-undefine', name], { input: '' });
  }
}

/** Its own kubeconfig: nobody's ~/.kube/config changes. */
async function must(options: MinikubeOptions, stack: string, argv: Argv, input: string): Promise<void> {
  const env = { KUBECONFIG: kubeconfigFile(options, stack) };
  const result = await runHere(options)(argv, { input, env, timeoutMs: startWithinMs });
  if (result.exitCode === 0) return;
  const last = (result.stderr || result.stdout).trim().split('\n').slice(-20).join('\n');
  throw new LabError(
    result.timedOut ? 'TIMEOUT' : 'COMMAND_FAILED',
    `${quoteCommand(argv)} failed with exit code ${result.exitCode}:\n${last}`,
    { hint: `Run it by hand to see all that it says; "minikube logs --profile ${stack}" has more.` },
  );
}

function kubeconfigFile(options: MinikubeOptions, stack: string): string {
  return join(stackDir(options, stack), 'minikube-kubeconfig.yaml');
}

function manifestFile(options: MinikubeOptions, stack: string): string {
  return join(stackDir(options, stack), 'minikube-cni.yaml');
}
