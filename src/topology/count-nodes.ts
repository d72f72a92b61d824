// How many nodes there are, in words: those of the stack file, without what podlab adds to a room.

/** `1 node`, `2 nodes`. */
export function countNodes(nodes: readonly unknown[]): string {
  return nodes.length === 1 ? '1 node' : `${nodes.length} nodes`;
}
