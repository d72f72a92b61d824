// What the code in the middle may say while it works. The implementations, which own the streams, are in cli/.

/** Progress goes to standard error, never to standard output: that is for the answer. */
export interface Reporter {
  /** Runs `work` as one named step; the title is a present participle ("starting dockerd on node1"). */
  step<T>(title: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T>;
  info(message: string): void;
  warn(message: string): void;
}

/** Says nothing. For tests and for verbs that print only their answer. */
export const silentReporter: Reporter = {
  step: (_title, work) => work(() => {}),
  info: () => {},
  warn: () => {},
};
