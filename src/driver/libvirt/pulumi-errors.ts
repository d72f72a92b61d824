// What Pulumi, its plugins and libvirt say when they fail, in podlab's words. The only place where such texts are read.

import { errorCodes, LabError } from '../../error.ts';

/** @param said all that was said, oldest first; it is the cause of the error */
export function pulumiFault(said: string, stack: string): LabError {
  const cause = withoutMarkup(said);
  const found = ownFault(cause) ?? libvirtFault(cause) ?? toolFault(cause, stack) ?? unknownFault(cause, stack);
  const { code, message, hint } = found;
  return new LabError(code, message, { hint, cause });
}

/** What a podlab has said that Pulumi had started: it knows best. */
function ownFault(said: string): LabError | undefined {
  const [, message = '', code, hint = ''] = /(?:^|[\s:])podlab: ([\s\S]*?) \[([A-Z_]+)\](?:\n *(.+))?/.exec(said) ?? [];
  const known = errorCodes.find((one) => one === code);
  return known === undefined ? undefined : new LabError(known, message.trim(), { hint });
}

/** Whether the provider never got a connection to libvirt, and so has asked it for nothing. */
export function neverConnected({ cause }: LabError): boolean {
  return typeof cause === 'string' && /Unable to Connect to Libvirt/.test(cause);
}

type Explain = (match: RegExpExecArray) => LabError;

/** A known fault of libvirt, or undefined. Texts of libvirt 9.0 and of the provider 0.9.7. */
export function libvirtFault(said: string): LabError | undefined {
  return explained(said, libvirtTexts);
}

const unsuitable = (message: string, hint: string) => new LabError('HOST_UNSUITABLE', message, { hint });

const libvirtTexts: readonly (readonly [RegExp, Explain])[] = [
  [
    /(\/\S*libvirt\S*-sock\S*?)['":]*:? (?:connect: )?permission denied|authentication unavailable|access denied by policy/i,
    () =>
      unsuitable(
        'libvirt does not let you in: no permission on its socket',
        'Join the group: sudo usermod -aG libvirt $USER, then log in again.',
      ),
  ],
  [
    /(?:dial unix|Failed to connect socket to) '?(\/\S*?)'?: (?:connect: )?(?:no such file or directory|connection refused)/i,
    ([, socket]) =>
      unsuitable(
        `libvirt is not running: nobody answers at ${socket}`,
        'Start it: sudo systemctl start libvirtd (package libvirt-daemon-system).',
      ),
  ],
  [
    /procedure interrupted while awaiting response|write unix [^\n]*broken pipe|use of closed network connection|end of file while reading data|client socket is closed/i,
    () =>
      unsuitable(
        'libvirt has gone away while it was asked',
        'See why with "journalctl --unit libvirtd", start it, and run "podlab up" again: what is made is kept.',
      ),
  ],
  [
    /no space left on device|not enough free space|disk quota exceeded/i,
    () =>
      unsuitable(
        "the room's pool is full: no space left where its disks are",
        'Make room there, or name another directory with vm:directory, then run "podlab up" again.',
      ),
  ],
  [
    /network is already in use by interface ([^\s:]+)/i,
    ([, iface]) =>
      unsuitable(
        `a network of the stack is in use by the interface ${iface} of libvirt's machine`,
        "Stop the network that has it (virsh net-list; virsh net-destroy NAME), or give the stack's network another CIDR.",
      ),
  ],
  [
    /error creating bridge interface (\S+?): File exists/i,
    ([, bridge]) =>
      unsuitable(
        `libvirt's machine has an interface ${bridge} already, and it is no network of libvirt's`,
        `Remove it there ("ip link delete ${bridge}"), or rename the stack.`,
      ),
  ],
  [
    /inaccessible backing store volume (\S+?): No such file/i,
    ([, path]) =>
      new LabError('NOT_FOUND', `there is no image ${path} on libvirt's machine`, {
        hint: 'vm:imageOnHost is for an image that is there already. Copy it there, or leave vm:imageOnHost out to have it sent.',
      }),
  ],
  [
    /storage source conflict with pool: '([^']+)'/i,
    ([, pool]) =>
      unsuitable(
        `the directory of the room's disks is that of libvirt's pool "${pool}" already`,
        'Name another directory with vm:directory: each stack has its own.',
      ),
  ],
  [
    /failed to build storage pool: ([^\n]*?)(?:: Pool Build Failed)?$/im,
    ([, why]) =>
      unsuitable(
        `the directory of the room's disks can't be made: ${why}`,
        'Make it on the machine that libvirt runs on, or name another one with vm:directory.',
      ),
  ],
  [
    /cannot access storage file '([^']+)'[^\n]*No such file/i,
    ([, path]) =>
      unsuitable(`a disk of the room is gone: ${path}`, 'Run "podlab up" again: what libvirt has lost is made again.'),
  ],
  [
    /bridge name '([^']+)' already in use/i,
    ([, bridge]) =>
      unsuitable(
        `the interface ${bridge} is taken by a network that is not this room's`,
        'Remove that network with virsh, or rename the stack.',
      ),
  ],
  [
    /(network|domain|pool|storage volume|storage pool) '([^']+)' (?:already exists|exists already|is already defined)|(network|domain) already exists with .*?'([^']+)'/i,
    ([, kind, name, otherKind, otherName]) =>
      unsuitable(
        `libvirt has a ${(kind ?? otherKind)?.replace('domain', 'machine')} "${name ?? otherName}" already, and it is not this room's`,
        'Look at it with virsh. If nobody needs it, remove it and run "podlab up" again; else rename the stack.',
      ),
  ],
  [
    /could not access KVM|failed to initialize kvm|KVM is not supported|does not support.*\bkvm\b|domain type 'kvm'|domaintype=kvm|virttype=kvm/i,
    () =>
      unsuitable(
        'KVM does not work on this machine',
        'Write "vm:type: qemu" in the stack file for emulation, which is slow, or turn on virtualisation in the firmware.',
      ),
  ],
];

function toolFault(said: string, stack: string): LabError | undefined {
  return explained(said, [
    [
      /the stack is currently locked(?:[\s\S]*?created by (\S+) \(pid (\d+)\) at (\S+))?|conflict.*another update/i,
      ([, who, pid, since]) =>
        new LabError(
          'STACK_BUSY',
          `stack "${stack}" is locked by another Pulumi${who ? `: ${who}, process ${pid}, since ${since}` : ''}`,
          { hint: `Wait for it to finish. If there is none any more: pulumi cancel --stack ${stack}.` },
        ),
    ],
    [
      /passphrase must be set|(incorrect passphrase)/i,
      ([, isWrong]) =>
        unsuitable(
          `the secrets of stack "${stack}" can't be decrypted: ${isWrong ? 'the passphrase is not the one that it was made with' : 'no passphrase is set'}`,
          'Set PULUMI_CONFIG_PASSPHRASE_FILE to the file with the passphrase that it was made with.',
        ),
    ],
    [
      /resource plugin 'pulumi-resource-([\w-]+)'[^\n]*? at version v?(\d[\w.-]*\w)/i,
      ([, name, version]) =>
        unsuitable(
          `Pulumi's plugin ${name} ${version} is missing, and could not be downloaded`,
          `With the internet in reach, run "pulumi plugin install resource ${name} v${version}"; or copy $HOME/.pulumi/plugins from a machine that has it.`,
        ),
    ],
    [
      /could not connect to (\S+): failed to request discovery document/i,
      ([, registry]) =>
        unsuitable(
          `the provider dmacvicar/libvirt is missing, and ${registry} can't be reached to download it`,
          'Let this machine reach the internet once, or copy $HOME/.pulumi/dynamic_tf_plugins from a machine that has it.',
        ),
    ],
    [
      /(?:failed to download|failed to load plugin|no such plugin|failed to install plugin|could not load plugin)[^\n]*/i,
      ([line]) =>
        unsuitable(
          `a plugin of Pulumi is missing: ${line}`,
          'Let this machine reach the internet once, or copy $HOME/.pulumi/plugins from a machine that has them.',
        ),
    ],
    [
      /you must be logged in|PULUMI_ACCESS_TOKEN must be set|not logged in/i,
      () =>
        unsuitable(
          'Pulumi is not logged in to its backend',
          'Run "pulumi login", or "pulumi logout" for podlab\'s own.',
        ),
    ],
    [
      /after \d+ failed attempts: (.*dial tcp ([\d.]+):\d+.*)/i,
      ([, , address]) =>
        new LabError('TIMEOUT', `the machine at ${address} does not answer by SSH`, {
          hint: `See what it said while it booted: podlab logs ${stack}.`,
        }),
    ],
    [
      /configured Kubernetes cluster is unreachable: (?:unable to load schema information from the API server: )?([^\n]*)/,
      ([, why]) =>
        new LabError('TIMEOUT', `the API server of stack "${stack}" does not answer: ${why}`, {
          hint: `What is made is kept: run "podlab up ${stack}" again. If it stays: podlab logs ${stack}.`,
        }),
    ],
  ]);
}

function unknownFault(said: string, stack: string): LabError {
  // Where in the program it happened is nothing that a person can mend.
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^\s+at \S/.test(line));
  return new LabError('COMMAND_FAILED', `stack "${stack}": ${lines.slice(-20).join('\n') || 'Pulumi failed'}`, {
    hint: `What is made is kept. Run "podlab up ${stack}" again to go on, or "podlab down ${stack}".`,
  });
}

function explained(said: string, texts: readonly (readonly [RegExp, Explain])[]): LabError | undefined {
  for (const [pattern, explain] of texts) {
    const match = pattern.exec(said);
    if (match !== null) return explain(match);
  }
  return undefined;
}

/** Without the engine's marks of colour, such as `<{%reset%}>`. */
export function withoutMarkup(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, '').replaceAll('\r', '');
}
