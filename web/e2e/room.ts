import type { Locator, Page } from '@playwright/test';

/** A conversation on screen. */
export class RoomPage {
  constructor(readonly page: Page) {}

  static async open(page: Page, name: string): Promise<RoomPage> {
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name }).click();
    return new RoomPage(page);
  }

  get messages(): Locator {
    return this.page.getByRole('region', { name: /^Messages in/ });
  }

  /** Every message shown, first to last, as its text. */
  get bodies(): Locator {
    return this.messages.locator('[data-line]');
  }

  /** What the server told, first to last. */
  get notices(): Locator {
    return this.messages.locator('[data-notice]');
  }

  message(text: string): Locator {
    return this.bodies.filter({ hasText: text });
  }

  /** A message with all that belongs to it. */
  row(text: string): Locator {
    return this.messages
      .getByRole('listitem')
      .filter({ has: this.page.locator('[data-line]', { hasText: text }) });
  }

  async openActions(text: string): Promise<void> {
    await this.row(text).hover();
    await this.row(text)
      .getByRole('button', { name: /^Actions/ })
      .click();
  }

  /** Chooses from the menu of a message. */
  async act(text: string, item: string): Promise<void> {
    await this.openActions(text);
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message / });
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }
}
