// A stack file as written: the right shape, but nothing filled in, bound or compared yet.

import type { Locate, Path } from './problems.ts';
import type {
  AccessName,
  AsModel,
  CniName,
  DriverName,
  EngineName,
  MinikubeDriver,
  MinikubeRuntime,
  NetworkMode,
  ProxyMode,
} from './topology.ts';

/**
 * What parseStack gives and resolveTopology takes. Parts of the wrong shape were reported and left out, so that the
 * rules can look at the rest in the same run.
 */
export interface RawStack {
  readonly settings: RawSettings;
  /** False when something was left out: then no topology comes of it. */
  readonly isComplete: boolean;
  readonly locate: Locate;
  /** Whether the value at this path was written but left out. */
  isLeftOut(path: Path): boolean;
}

export interface RawSettings {
  readonly 'podlab:driver'?: DriverName;
  readonly 'podlab:engine'?: EngineName;
  readonly 'podlab:uplink'?: boolean | 'true' | 'false';
  readonly 'podlab:networks'?: Readonly<Record<string, RawNetwork | undefined>>;
  readonly 'podlab:nodes'?: readonly (RawNode | undefined)[] | RawEqualNodes;
  readonly 'podlab:kubernetes'?: RawKubernetes;
  readonly 'podlab:cni'?: RawCni;
  readonly 'podlab:workloads'?: RawWorkloads;
  readonly 'podlab:image'?: string | RawImage;
  readonly 'podlab:minikube'?: RawMinikube;
  readonly 'podlab:existing'?: RawExisting;
}

export interface RawImage {
  readonly url?: string;
  readonly sha256?: string;
  readonly sha512?: string;
}

export interface RawMinikube {
  readonly driver?: MinikubeDriver;
  readonly runtime?: MinikubeRuntime;
}

export interface RawExisting {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly access?: AccessName;
  readonly image?: string;
  readonly user?: string;
  readonly port?: number;
  readonly key?: string;
  readonly jump?: string;
  readonly profile?: string;
}

export interface RawImpairment {
  readonly delay?: string;
  readonly jitter?: string;
  readonly loss?: string;
  readonly rate?: string;
}

export interface RawNetwork extends RawImpairment {
  readonly mode?: NetworkMode;
  readonly cidr?: string;
  readonly mtu?: number;
}

export interface RawNic extends RawImpairment {
  readonly network?: string;
  readonly ip?: string;
  readonly mac?: string;
  readonly mtu?: number;
}

export interface RawNodeSettings {
  readonly networks?: readonly (string | RawNic | undefined)[];
  readonly cpus?: number;
  readonly memory?: string;
}

export interface RawNode extends RawNodeSettings {
  readonly name?: string;
  readonly rack?: string;
}

export interface RawEqualNodes extends RawNodeSettings {
  readonly count?: number;
  readonly prefix?: string;
}

export interface RawKubernetes {
  readonly version?: string;
  readonly podSubnet?: string;
  readonly serviceSubnet?: string;
  readonly nodePrefix?: number;
  readonly proxyMode?: ProxyMode;
  readonly advertise?: string;
  readonly apiPort?: number;
}

export interface RawWorkloads {
  readonly manifests?: readonly (string | undefined)[];
  readonly images?: readonly (string | undefined)[];
}

export interface RawCni {
  readonly name?: CniName;
  readonly routes?: string;
  readonly mtu?: number;
  readonly as?: number | AsModel;
  readonly serviceProxy?: boolean;
  readonly manifest?: string;
  readonly registry?: string;
}
