// Every probe by its name: what a lab may ask.

import { bgpSessions } from './bgp-sessions.ts';
import { cniDatapath } from './cni-datapath.ts';
import { criContainersProbe } from './cri-containers.ts';
import { dockerContainer } from './docker-container.ts';
import { dockerContainers } from './docker-containers.ts';
import { dockerNetworkProbe } from './docker-network.ts';
import { httpGet } from './http-get.ts';
import { httpRpsPair } from './http-rps-pair.ts';
import { imagePresent } from './image-present.ts';
import { k8sApiServer } from './k8s-api-server.ts';
import { k8sDns } from './k8s-dns.ts';
import { k8sGet } from './k8s-get.ts';
import { k8sNodes } from './k8s-nodes.ts';
import { k8sPod } from './k8s-pod.ts';
import { k8sPodCidr } from './k8s-pod-cidr.ts';
import { k8sPods } from './k8s-pods.ts';
import { k8sProxy } from './k8s-proxy.ts';
import { k8sService } from './k8s-service.ts';
import { k8sServiceCidr } from './k8s-service-cidr.ts';
import { libvirtDomain } from './libvirt-domain.ts';
import { libvirtLeases } from './libvirt-leases.ts';
import { libvirtNetwork } from './libvirt-network.ts';
import { metricsApi } from './metrics-api.ts';
import { metricsKubelet } from './metrics-kubelet.ts';
import { netAddr } from './net-addr.ts';
import { netBridge } from './net-bridge.ts';
import { netCapture } from './net-capture.ts';
import { netCidr } from './net-cidr.ts';
import { netConntrack } from './net-conntrack.ts';
import { netFdb } from './net-fdb.ts';
import { netListening } from './net-listening.ts';
import { netNat } from './net-nat.ts';
import { netNetns } from './net-netns.ts';
import { netReach } from './net-reach.ts';
import { netRoute } from './net-route.ts';
import { netSysctl } from './net-sysctl.ts';
import { netVeths } from './net-veths.ts';
import { netVxlan } from './net-vxlan.ts';
import type { Probe } from './probe.ts';
import { proc } from './proc.ts';
import { pubsubLatency } from './pubsub-latency.ts';
import { pubsubLatencyPair } from './pubsub-latency-pair.ts';
import { startTime } from './start-time.ts';
import { storageVolume } from './storage-volume.ts';

const all: readonly Probe[] = [
  netNetns,
  netVeths,
  netBridge,
  netAddr,
  netRoute,
  netNat,
  netConntrack,
  netReach,
  netListening,
  netVxlan,
  netFdb,
  netCapture,
  netSysctl,
  netCidr,
  proc,
  dockerNetworkProbe,
  dockerContainer,
  dockerContainers,
  libvirtNetwork,
  libvirtLeases,
  libvirtDomain,
  k8sNodes,
  k8sApiServer,
  k8sPods,
  k8sPod,
  k8sPodCidr,
  k8sServiceCidr,
  k8sService,
  k8sProxy,
  k8sDns,
  k8sGet,
  criContainersProbe,
  cniDatapath,
  bgpSessions,
  metricsKubelet,
  metricsApi,
  storageVolume,
  imagePresent,
  startTime,
  httpGet,
  httpRpsPair,
  pubsubLatency,
  pubsubLatencyPair,
];

/** In the order of docs/probes.md. */
export const probes: ReadonlyMap<string, Probe> = new Map(all.map((probe) => [probe.name, probe]));
