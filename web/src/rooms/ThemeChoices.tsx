import { theme, type ThemeChoice } from '../app/theme';
import { useObserved } from '../ui/observed';

const choices: [ThemeChoice, string][] = [
  ['system', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

/** Light, dark or as the system says; part of a menu. */
export function ThemeChoices() {
  const chosen = useObserved(theme);
  return (
    <div
      role="group"
      aria-label="Appearance"
      className="mx-1 mb-1 grid grid-cols-3 gap-1 rounded-lg bg-sunken p-1"
    >
      {choices.map(([choice, label]) => (
        <button
          key={choice}
          type="button"
          role="menuitemradio"
          tabIndex={-1}
          aria-checked={chosen === choice}
          onClick={(event) => {
            event.stopPropagation();
            theme.choose(choice);
          }}
          className="min-h-8 rounded-md text-sm text-soft hover:text-ink aria-checked:bg-raised aria-checked:font-medium aria-checked:text-ink aria-checked:shadow-xs"
        >
          {label}
        </button>
      ))}
    </div>
  );
}
