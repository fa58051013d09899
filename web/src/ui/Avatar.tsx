import { GroupIcon, HashIcon } from './icons';

// Written out, since Tailwind finds classes by reading the source.
const colours = [
  'bg-[oklch(0.55_0.11_25)]',
  'bg-[oklch(0.55_0.10_60)]',
  'bg-[oklch(0.52_0.09_110)]',
  'bg-[oklch(0.52_0.09_155)]',
  'bg-[oklch(0.52_0.09_215)]',
  'bg-[oklch(0.53_0.11_255)]',
  'bg-[oklch(0.53_0.12_295)]',
  'bg-[oklch(0.54_0.12_345)]',
];

function colourOf(name: string): string {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return colours[hash % colours.length] ?? '';
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => [...(word ?? '')][0] ?? '',
  );
  return letters.join('').toLocaleUpperCase();
}

/** A person's initials on the colour of their name. */
export function Avatar({ name, className = 'size-9 text-sm' }: { name: string; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-flex shrink-0 items-center justify-center rounded-full font-semibold text-white select-none ${colourOf(name)} ${className}`}
    >
      {initialsOf(name)}
    </span>
  );
}

export function RoomMark({
  kind,
  name,
  className = 'size-10',
}: {
  kind: string;
  name: string;
  className?: string;
}) {
  if (kind === 'DIRECT') return <Avatar name={name} className={`${className} text-sm`} />;
  const Icon = kind === 'GROUP' ? GroupIcon : HashIcon;
  return (
    <span
      aria-hidden="true"
      className={`inline-flex shrink-0 items-center justify-center rounded-xl bg-accent-soft text-accent-strong ${className}`}
    >
      <Icon className="size-[1.15rem]" />
    </span>
  );
}
