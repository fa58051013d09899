import { expect, PASSWORD, test } from './fixtures';
import { RoomPage } from './room';
import { Terminal } from './terminal';

test('a Kotlin program and a browser talk in one channel', async ({ arrive, server }) => {
  const alice = await arrive('alice');
  const bob = await Terminal.join(server.url, 'bob', PASSWORD, 'bridge');

  try {
    // The channel was made in Kotlin; the browser finds it and joins.
    await alice.page.getByRole('button', { name: 'Browse channels' }).click();
    await alice.page.getByRole('button', { name: 'Join bridge' }).click();
    const room = new RoomPage(alice.page);
    await expect(room.composer).toBeVisible();

    bob.write('Hello from Kotlin 👋');
    await expect(room.message('Hello from Kotlin 👋')).toBeVisible();
    await room.send('Hello from the *browser*');
    await expect.poll(() => bob.lines).toContain('alice: Hello from the *browser*');
    await room.composer.fill('two');
    await room.composer.press('Shift+Enter');
    await room.composer.pressSequentially('lines');
    await room.composer.press('Enter');
    await expect.poll(() => bob.lines).toContain('alice: two\\nlines');
    bob.write('مرحبا');
    await expect(room.message('مرحبا')).toBeVisible();

    // Both saw the same: each message once, in one order.
    const order = ['Hello from Kotlin 👋', 'Hello from the browser', /two\s*lines/, 'مرحبا'];
    await expect(room.bodies).toHaveText(order);
    await expect
      .poll(() => bob.lines)
      .toEqual([
        'bob: Hello from Kotlin 👋',
        'alice: Hello from the *browser*',
        'alice: two\\nlines',
        'bob: مرحبا',
      ]);
    expect(await bob.leave()).toBe(0);
  } finally {
    bob.kill();
  }
});
