// Work that an abort begins at once, while what was aborted is still being waited for.

/**
 * @param work its failures are nobody's business
 * @returns what waits until that work, if it was begun, is done; afterwards an abort begins nothing any more
 */
export function atAbort(signal: AbortSignal | undefined, work: () => Promise<unknown>): () => Promise<void> {
  let begun: Promise<unknown> | undefined;
  const begin = () => {
    begun ??= work().catch(() => {});
  };
  if (signal?.aborted) begin();
  signal?.addEventListener('abort', begin, { once: true });
  return async () => {
    signal?.removeEventListener('abort', begin);
    await begun;
  };
}
