// What a node lacks of what it needs: looked at there, judged here.

import type { Executor } from '../host/host.ts';
import { runScript } from './run-on-node.ts';

/** What a node of a cluster, or of a room without one, has to have. */
export interface Needs {
  /** Programs by name, or by path, and the packages of Debian that bring them. */
  readonly packaged: readonly {
    readonly name: string;
    readonly package: string;
    /** Whether nothing goes without it. */
    readonly isEssential: boolean;
  }[];
  /** kubelet, kubeadm and kubectl; empty for a node without cluster. */
  readonly programs: readonly {
    readonly name: string;
    /** Absolute path on this machine. */
    readonly file: string;
    readonly bytes: number;
  }[];
  /** Version of the programs, `v1.36.3` form. */
  readonly version: string;
  readonly images: readonly {
    readonly reference: string;
    readonly digest: string;
    /** Absolute path on this machine. */
    readonly archive: string;
  }[];
  /** Whether the node may reach the archives of its distribution. */
  readonly hasWayOut: boolean;
}

export interface Lack {
  /** Of the system: words of its os-release, such as `debian 12`. */
  readonly system: string;
  readonly needed: Needs['packaged'];
  readonly programs: Needs['programs'];
  readonly images: Needs['images'];
}

/** @throws LabError COMMAND_FAILED, TIMEOUT */
export async function nodeLacks(node: Executor, needs: Needs): Promise<Lack> {
  const names = needs.packaged.map(({ name }) => name);
  const args = [names.join(' '), needs.programs.map(({ name }) => name).join(' ')];
  return judge(await runScript(node, lookScript, args, { timeoutMs: 120_000 }), needs);
}

/** @param seen lines of `lookScript` */
export function judge(seen: string, needs: Needs): Lack {
  const lines = seen.split('\n').map((line) => line.split(' '));
  const of = (kind: string) => lines.flatMap(([first, ...words]) => (first === kind ? [words] : []));
  const there = new Set(of('program').map(([name = '']) => name));
  const versions = new Map(of('version').map(([name = '', version = '']) => [name, version]));
  const images = new Set(of('image').map((words) => words.join(' ')));
  return {
    system: (of('system')[0] ?? []).filter((word) => word !== '').join(' '),
    needed: needs.packaged.filter(({ name }) => !there.has(name)),
    // One of another version is none: the documents are for this one.
    programs: needs.programs.filter(({ name }) => versions.get(name) !== needs.version),
    images: needs.images.filter(({ reference, digest }) => !images.has(`${reference} ${digest}`)),
  };
}

// An image counts when it is whole and unpacked: one that was cut off in its import is neither.
const lookScript = `
(. /etc/os-release; echo "system $ID \${ID_LIKE-} \${VERSION_ID-}") || echo system unknown
for name in $1; do
  if command -v "$name" >/dev/null; then echo "program $name"; fi
done
for name in $2; do
  case $name in
    kubelet) version=$(kubelet --version 2>/dev/null) || version= ;;
    kubectl) version=$(kubectl version --client 2>/dev/null | head -n 1) || version= ;;
    *) version=$("$name" version -o short 2>/dev/null) || version= ;;
  esac
  echo "version $name \${version##* }"
done
if [ -n "$2" ] && command -v ctr >/dev/null; then
  ctr --namespace k8s.io images check 2>/dev/null |
    awk '/ complete / && $NF == "true" { for (n = 2; n < NF; n++) if ($n ~ /^sha256:/) print "image", $1, $n }'
fi
`;
