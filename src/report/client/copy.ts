const SHOWN_FOR = 2000;

/** Copies the command beside a button and says so on it. */
export async function copyCommand(button: HTMLElement): Promise<void> {
  const text = button.parentElement?.querySelector('code')?.textContent ?? '';
  const done = await copy(text, button);
  button.textContent = done ? 'Copied' : 'Press Ctrl+C';
  button.classList.toggle('done', done);
  setTimeout(() => {
    button.textContent = 'Copy';
    button.classList.remove('done');
  }, SHOWN_FOR);
}

async function copy(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages from a disk may not have the clipboard: what is selected can be copied by the browser itself.
    const code = button.parentElement?.querySelector('code');
    if (code) getSelection()?.selectAllChildren(code);
    return false;
  }
}
