// The API's objects that podlab reads, as types: the one place that knows whose types they are.

export type {
  V1ContainerState,
  V1EndpointSlice,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Service,
  V1Volume,
} from '@kubernetes/client-node';
