// The one rule for names: RFC 1123 labels, which Linux, Kubernetes, libvirt and Pulumi all take.

/** An RFC 1123 label in lower case, 1 to 63 characters. */
export const labelPattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A label that begins with a letter and leaves room for a prefix; a map keeps such names in the order of the file. */
export const networkNamePattern = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** Why a text is not such a label, as the end of "NAME …"; '' when it is. */
export function labelFault(name: string, maxLength = 63): string {
  if (name === '') return 'is empty';
  if (name.length > maxLength) return `has ${name.length} characters, more than ${maxLength}`;
  if (labelPattern.test(name)) return '';
  if (/[A-Z]/.test(name)) return 'has capital letters';
  if (/^-|-$/.test(name)) return 'begins or ends with a dash';
  const strange = /[^-a-z0-9]/u.exec(name)?.[0] ?? '';
  return `contains ${JSON.stringify(strange)}`;
}

/** The label that was probably meant, or one that begins with `fallback`. */
export function labelLike(name: string, fallback: string): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return /^\d*$/.test(label) ? `${fallback}${label}` : label;
}
