// The disk that virtual machines start from.

import type { Path, Problems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import type { Image } from './topology.ts';

const at: Path = ['config', 'podlab:image'];

/** Names that `podlab image build` gives; src/image makes them of version and recipe. */
const builtName = /^v\d+\.\d+\.\d+-[0-9a-f]{16}$/;

export function resolveImage(raw: RawStack, problems: Problems): Image | undefined {
  const written = raw.settings['podlab:image'];
  if (written === undefined) return undefined;
  const driver = raw.settings['podlab:driver'] ?? 'sandbox';
  if (driver !== 'libvirt' && !raw.isLeftOut(['config', 'podlab:driver'])) {
    const message = `podlab:image is not used: driver ${driver} has no virtual machines of podlab`;
    problems.warning(at, message, 'Write podlab:driver: libvirt, or remove podlab:image.', 'key');
  }
  if (typeof written !== 'string') {
    const { url = '', ...sums } = written;
    const [sum, ...others] = Object.entries(sums);
    if (sum !== undefined && others.length === 0) {
      return { kind: 'download', url, checksum: `${sum[0]}:${sum[1]?.toLowerCase()}` };
    }
    // A checksum that is none has been told of.
    if (['sha256', 'sha512'].some((name) => raw.isLeftOut([...at, name]))) return undefined;
    const message = `podlab:image has ${sum === undefined ? 'no checksum' : 'two checksums'}`;
    problems.error(at, message, 'Write the one that its project publishes: sha256: … or sha512: ….', 'key');
    return undefined;
  }
  if (/^[a-z]+:\/\//.test(written)) {
    const hint = `Write { url: "${written}", sha256: … } with the checksum that its project publishes.`;
    problems.error(at, 'podlab:image: a download has a checksum', hint);
    return undefined;
  }
  if (/^(\.\.?|~)?\//.test(written)) return { kind: 'file', path: written };
  if (builtName.test(written)) return { kind: 'built', name: written };
  const hint = /\.(qcow2|img|raw)$/.test(written)
    ? `Write ./${written} if it is a file.`
    : 'Write a name that "podlab image list" shows, or a path that begins with ./, ../, ~/ or /.';
  problems.error(at, `podlab:image: ${JSON.stringify(written)} is neither the name of an image nor a path`, hint);
  return undefined;
}
