// What a picture of a room is made of: boxes with lines of text, and cables between them.

/** A box with lines of text. `key` ties it to evidence; parts without one are never highlighted. */
export interface Shape {
  readonly kind:
    | 'rail-nat'
    | 'rail-isolated'
    | 'gateway'
    | 'outside'
    | 'node'
    | 'nic-nat'
    | 'nic-isolated'
    | 'netns'
    | 'port'
    | 'bridge'
    | 'tunnel'
    | 'more';
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly Line[];
  /** Is set up; what is down is drawn pale. */
  readonly up: boolean;
  /** What a screen reader and the pointer are told. */
  readonly title: string;
}

export interface Line {
  readonly text: string;
  readonly look: 'name' | 'mono' | 'small';
}

export interface Cable {
  readonly kind: 'nat' | 'isolated' | 'veth' | 'tunnel';
  readonly key: string;
  readonly up: boolean;
  readonly path: string;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
  readonly cables: readonly Cable[];
}
