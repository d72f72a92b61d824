// What the kubelet's events say about the images of a pod (k8s.io/kubernetes, pkg/kubelet/images/image_manager.go).

export interface Pull {
  readonly image: string;
  /** False when the image was on the node already. */
  readonly pulled: boolean;
  /** Seconds that the pull took; 0 without one. */
  readonly seconds: number;
  /** Of the image as the registry sent it; 0 when it is not told. */
  readonly bytes: number;
}

/** Undefined for events of other kinds. */
export function parsePull(reason: string, message: string): Pull | undefined {
  if (reason !== 'Pulled') return undefined;
  const done = /^Successfully pulled image "([^"]+)" in (\S+)(?: \(.*waiting\))?(?:\. Image size: (\d+) bytes)?/.exec(
    message,
  );
  if (done !== null) {
    const [, image = '', duration = '', bytes = '0'] = done;
    return { image, pulled: true, seconds: secondsOf(duration), bytes: Number(bytes) };
  }
  const present = /[Ii]mage "([^"]+)" already present on machine/.exec(message);
  return present === null ? undefined : { image: present[1] ?? '', pulled: false, seconds: 0, bytes: 0 };
}

/** Go's durations: `1.234s`, `812.5ms`, `1m2s`. */
function secondsOf(duration: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, µs: 1e-6, us: 1e-6 };
  const parts = [...duration.matchAll(/([\d.]+)(ms|µs|us|h|m|s)/g)];
  return parts.reduce((sum, [, value, unit = 's']) => sum + Number(value) * (units[unit] ?? 0), 0);
}
