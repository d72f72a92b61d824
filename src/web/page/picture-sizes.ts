// Sizes that the parts of a picture of a room agree on, in units of the SVG.

export const margin = 12;
export const topHeight = 42;
export const railHeight = 32;
export const gap = { rail: 14, cable: 17, node: 18, column: 8 };
export const narrowest = 212;
export const columnWidth = 114;
export const padding = 12;
export const nicHeight = 38;
export const nameHeight = 26;
export const portHeight = 24;
export const bridgeHeight = 36;
