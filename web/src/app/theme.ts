import { Observed } from '../ui/observed';

export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'causerie.theme';

/** Light or dark, as this browser's user chose or as the system says. */
class Theme extends Observed<ThemeChoice> {
  readonly #systemDark = window.matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    const saved = localStorage.getItem(KEY);
    super(saved === 'light' || saved === 'dark' ? saved : 'system');
    this.#systemDark.addEventListener('change', () => this.#apply());
    this.#apply();
  }

  choose(choice: ThemeChoice): void {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
    this.set(choice);
    this.#apply();
  }

  #apply(): void {
    const dark = this.state === 'dark' || (this.state === 'system' && this.#systemDark.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }
}

export const theme = new Theme();
