// Takes out of untrusted text what could drive a terminal or reorder what is read.

// C0 but tab and newline, DEL, C1, and the bidi controls of Unicode's "Trojan Source" list. Written as escapes: a
// source file that holds them literally would be the very thing it guards against.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the job
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
// A whole escape sequence goes, so that "[31m" does not stay behind as litter: OSC, DCS, SOS, PM and APC with their
// text up to BEL or ST (or the end of the line, if they are never closed), CSI, and the two-byte ones.
const escapeSequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the job
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;

/**
 * The text without control characters, escape sequences and bidi controls; newline and tab stay, CRLF and CR become
 * newlines. Applied to labs before they are read, to probe output, answers and names, and once more to what is
 * rendered, because an entity such as `&#27;` is only a control character after rendering.
 */
export function sanitize(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(escapeSequences, '').replace(controls, '');
}

/** `sanitize` for one line: newlines and tabs become single spaces. */
export function sanitizeLine(text: string): string {
  return sanitize(text).replace(/\s+/g, ' ').trim();
}
