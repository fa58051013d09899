import { Observed } from '../ui/observed';

export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'causerie.theme';

/** Light or dark, as this browser's user chose or as the system says; the style sheet does the rest. */
class Theme extends Observed<ThemeChoice> {
  constructor() {
    const saved = localStorage.getItem(KEY);
    super(saved === 'light' || saved === 'dark' ? saved : 'system');
    this.#apply();
  }

  choose(choice: ThemeChoice): void {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
    this.set(choice);
    this.#apply();
  }

  #apply(): void {
    if (this.state === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.state;
  }
}

export const theme = new Theme();
