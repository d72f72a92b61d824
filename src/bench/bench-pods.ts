// The pods between which is measured, and the Service before one of them.

import { stringify } from 'yaml';

/** Port of the web server in pods, and of the one in host mode. */
export const webPort = 8080;
export const hostWebPort = 18080;

/** Where iperf3 listens; the Service leads there too. */
export const iperfPort = 5201;
export const hostIperfPort = 15201;

export const podNames = { client: 'bench-client', near: 'bench-near', far: 'bench-far', host: 'bench-host' } as const;
export const serviceName = 'bench-far';

/**
 * A client and a server on the first node, a server on the second, there also one in host mode.
 *
 * @param image agnhost's reference
 */
export function benchManifest(image: string, first: string, second: string): string {
  const serve = (port: number) => ['netexec', `--http-port=${port}`, '--udp-port=-1'];
  return [
    pod(podNames.client, first, image, ['pause']),
    pod(podNames.near, first, image, serve(webPort), webPort),
    pod(podNames.far, second, image, serve(webPort), webPort),
    pod(podNames.host, second, image, serve(hostWebPort), hostWebPort, true),
    service(),
  ]
    .map((document) => stringify(document))
    .join('---\n');
}

function pod(name: string, node: string, image: string, args: readonly string[], port?: number, hostNetwork = false) {
  const probe = { httpGet: { path: '/', port }, periodSeconds: 1, failureThreshold: 30 };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      nodeName: node,
      hostNetwork,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: 'agnhost',
          image,
          imagePullPolicy: 'IfNotPresent',
          args,
          // At the start only: during a measurement nobody else shall ask.
          ...(port === undefined ? {} : { startupProbe: probe }),
        },
      ],
    },
  };
}

function service() {
  const port = (name: string, protocol: string, number: number) => ({ name, protocol, port: number });
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: serviceName },
    spec: {
      selector: { app: podNames.far },
      ports: [port('web', 'TCP', webPort), port('iperf', 'TCP', iperfPort), port('iperf-udp', 'UDP', iperfPort)],
    },
  };
}
