// Names that minikube gives.

/** What minikube calls a node, and Kubernetes with it. @param n from 0 */
export function minikubeNodeName(profile: string, n: number): string {
  return n === 0 ? profile : `${profile}-m${String(n + 1).padStart(2, '0')}`;
}
